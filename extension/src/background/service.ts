/** My own releases, and what open ratings come to by month. Nobody else can ask for them. */
import type { OwnService } from "../shared/api.js";
import { callOrTell } from "./http.js";
import { accountId, database, type Account } from "./store.js";

export async function cachedService(account: Account): Promise<OwnService | null> {
  const cached = await (await database()).get("cache", keyOf(account));
  return cached !== undefined && "service" in cached.value ? cached.value.service : null;
}

export async function readService(account: Account): Promise<OwnService> {
  const service = await callOrTell<OwnService>(account, { method: "GET", path: "/api/v1/me/service" });
  await (await database()).put("cache", { key: keyOf(account), account: accountId(account), at: Date.now(), value: { service } });
  return service;
}

export async function readReleases(account: Account, ids: string[]): Promise<{ unread: number }> {
  return callOrTell<{ unread: number }>(account, { method: "POST", path: "/api/v1/me/service/read", body: { ids } });
}

function keyOf(account: Account): string {
  return `service\n${accountId(account)}`;
}
