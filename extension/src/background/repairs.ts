/** The threads that a word or a missed starts: read, answered, settled. */
import { asSaid } from "../shared/agreements.js";
import type { Repair, RepairPut } from "../shared/api.js";
import type { RepairView } from "../shared/fair-play-messages.js";
import { keepHeard } from "./heard.js";
import { call, Sentence } from "./http.js";
import { t } from "../shared/browser.js";
import { accountId, database, type Account } from "./store.js";
import { standing, tell } from "./telling.js";

export async function repairView(account: Account, known: Repair): Promise<RepairView> {
  const { thing: repair, ...how } = await standing(account, known);
  return { repair, ...how };
}

/** The thread of a rating or word; null when it has none (yet). Throws a Sentence when the server cannot be asked. */
export async function repairOf(account: Account, id: string): Promise<RepairView | null> {
  const answered = await call<Repair>(account, { method: "GET", path: `/api/v1/repairs/${id}` });
  if (answered.kind === "no-answer") throw new Sentence(t("serverAway"));
  if (answered.kind === "refused" && answered.status === 404) return null;
  if (answered.kind === "refused") throw new Sentence(answered.status === 401 ? t("signInAgain") : answered.problem.detail);
  const transaction = (await database()).transaction("cache", "readwrite");
  await keepHeard(transaction.store, accountId(account), answered.body);
  await transaction.done;
  return repairView(account, answered.body);
}

/** Says something in a thread. The message's id makes a retry harmless. */
export async function say(account: Account, known: Repair, text: string): Promise<RepairView> {
  const message = { id: crypto.randomUUID(), text };
  const { thing } = await standing(account, known);
  return put(account, known, { message }, asSaid(thing, message, account.member, new Date().toISOString()));
}

export async function settle(account: Account, known: Repair, state: Repair["state"]): Promise<RepairView> {
  const { thing } = await standing(account, known);
  return put(account, known, { state }, { ...thing, state, changed_at: new Date().toISOString(), may: [] });
}

async function put(account: Account, known: Repair, body: RepairPut, shown: Repair): Promise<RepairView> {
  await tell(account, known.id, { method: "PUT", path: `/api/v1/repairs/${known.id}`, body }, shown);
  return repairView(account, known);
}
