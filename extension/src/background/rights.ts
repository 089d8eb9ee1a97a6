/**
 * What anyone may do without being asked why: pause being rated, keep a colleague away, report a note, share thanks.
 * These are said to the server at once, so that what the panel shows of them is so.
 */
import type { Muted } from "../shared/api.js";
import { callOrTell } from "./http.js";
import type { Account } from "./store.js";

export async function paused(account: Account): Promise<{ paused: boolean }> {
  const me = await callOrTell<{ paused: boolean }>(account, { method: "GET", path: "/api/v1/me" });
  return { paused: me.paused };
}

export function pause(account: Account, value: boolean): Promise<{ paused: boolean }> {
  return callOrTell(account, { method: "PUT", path: "/api/v1/me/pause", body: { paused: value } });
}

export async function mutes(account: Account): Promise<Muted[]> {
  return (await callOrTell<{ items: Muted[] }>(account, { method: "GET", path: "/api/v1/mutes" })).items;
}

export async function mute(account: Account, colleague: string, kind: Muted["kind"] | null): Promise<Muted[]> {
  const path = `/api/v1/mutes/${colleague}`;
  await callOrTell(account, kind === null ? { method: "DELETE", path } : { method: "PUT", path, body: { kind } });
  return mutes(account);
}

export async function report(account: Account, note: string, reason: string | null): Promise<void> {
  await callOrTell(account, { method: "POST", path: `/api/v1/notes/${note}/report`, body: { reason } });
}

export async function publish(account: Account, note: string, isPublic: boolean): Promise<{ public: boolean }> {
  const answer = await callOrTell<{ public: boolean }>(account, { method: "PUT", path: `/api/v1/notes/${note}/public`, body: { public: isPublic } });
  return { public: answer.public };
}
