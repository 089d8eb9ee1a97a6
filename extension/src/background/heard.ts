/** What the server last answered about an agreement or a thread, kept for lists that were read before. */
import type { Expectation, ExpectationPage, Repair } from "../shared/api.js";
import type { Side } from "../shared/fair-play-messages.js";
import { call } from "./http.js";
import { accountId, database, type Account, type Cached } from "./store.js";

type Heard = Expectation | Repair;

interface CacheStore {
  get: (key: string) => Promise<Cached | undefined>;
  put: (entry: Cached) => Promise<unknown>;
}

/** Keeps an answer. A proposal the server has just taken is in the list from then on. */
export async function keepHeard(cache: CacheStore, account: string, thing: Heard): Promise<void> {
  await cache.put({ key: keyOf(account, thing.id), account, at: Date.now(), value: { told: thing } });
  const lists = await cache.get(expectationsKey(account));
  if (!("need" in thing) || thing.mine !== "customer" || lists === undefined || !("expectations" in lists.value)) return;
  const expectations: Record<Side, ExpectationPage> = lists.value.expectations;
  const { asked_by_me: mine } = expectations;
  if (mine.items.some(({ id }) => id === thing.id)) return;
  await cache.put({ ...lists, value: { expectations: { ...expectations, asked_by_me: { ...mine, items: [thing, ...mine.items] } } } });
}

export async function heard(account: Account, id: string): Promise<Heard | null> {
  const cached = await (await database()).get("cache", keyOf(accountId(account), id));
  return cached !== undefined && "told" in cached.value ? cached.value.told : null;
}

/** Looks how a thing stands at the server, after it has refused what was done to it: most often somebody was quicker. */
export async function lookAgain(account: Account, { id, ...thing }: Heard): Promise<void> {
  const path = "need" in thing ? `/api/v1/expectations/${id}` : `/api/v1/repairs/${id}`;
  const answered = await call<Heard>(account, { method: "GET", path });
  if (answered.kind !== "ok") return;
  const transaction = (await database()).transaction("cache", "readwrite");
  await keepHeard(transaction.store, accountId(account), answered.body);
  await transaction.done;
}

/** Where both lists of agreements are cached. */
export function expectationsKey(account: string): string {
  return `expectations\n${account}`;
}

function keyOf(account: string, id: string): string {
  return ["told", account, id].join("\n");
}
