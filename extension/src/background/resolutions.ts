/** What the server last said of each handoff, kept for a while so that a page opens with it and works without it. */
import type { Item, Resolution } from "../shared/api.js";
import { itemId, type Handoff } from "../shared/handoff.js";
import { accountId, database, type Account } from "./store.js";

const KEPT = 30 * 24 * 60 * 60_000;

export async function remembered(account: Account, handoff: Handoff): Promise<{ resolution: Resolution; at: number } | null> {
  const cached = await (await database()).get("cache", keyOf(account, handoff));
  return cached !== undefined && "resolution" in cached.value ? { resolution: cached.value.resolution, at: cached.at } : null;
}

export async function remember(account: Account, handoff: Handoff, resolution: Resolution): Promise<void> {
  const entry = { key: keyOf(account, handoff), account: accountId(account), at: Date.now(), value: { resolution } };
  await (await database()).put("cache", entry);
}

/** Makes what is known of an item count as old: my rating of it has changed. It still says who it is about. */
export async function forget(item: Item): Promise<void> {
  const transaction = (await database()).transaction("cache", "readwrite");
  for (const entry of await transaction.store.getAll()) {
    if (entry.key.includes(`\n${itemId(item)}\n`)) await transaction.store.put({ ...entry, at: 0 });
  }
  await transaction.done;
}

/** Removes what is older than thirty days. */
export async function tidy(now: number): Promise<void> {
  const transaction = (await database()).transaction("cache", "readwrite");
  for (const entry of await transaction.store.getAll()) {
    if (entry.at > 0 && now - entry.at > KEPT) await transaction.store.delete(entry.key);
  }
  await transaction.done;
}

function keyOf(account: Account, handoff: Handoff): string {
  return ["resolution", accountId(account), itemId(handoff.item), JSON.stringify(handoff.people)].join("\n");
}
