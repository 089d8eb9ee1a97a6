/**
 * What I do to agreements and threads: written down with how it will look, sent by the outbox in the order it was
 * done, and laid over what the server last said until the server has it.
 */
import { later } from "../shared/agreements.js";
import type { Expectation, Repair } from "../shared/api.js";
import type { Sending } from "../shared/handoff.js";
import { heard } from "./heard.js";
import { drain, wakeLater } from "./outbox.js";
import { accountId, database, type Account, type Operation } from "./store.js";

type Told = Expectation | Repair;

export interface Standing<T> {
  thing: T;
  sending: Sending;
  problem: string | null;
}

/** Writes a wish down and sends it soon. A wish of the same target that was refused is given up for it. */
export async function tell(account: Account, target: string, request: { method: "PUT" | "POST"; path: string; body: unknown }, shown: Told): Promise<void> {
  const transaction = (await database()).transaction("operations", "readwrite", { durability: "strict" });
  const before = await transaction.store.index("target").getAll(target);
  await Promise.all(before.filter(({ rejected }) => rejected !== null).map(({ seq }) => transaction.store.delete(seq)));
  const what: Operation["what"] = { kind: "tell", ...request, shown };
  const made = { account: accountId(account), target, what, made_at: new Date().toISOString(), attempts: 0, not_before: 0, rejected: null, held: null };
  // The database gives the number (keyPath "seq", autoIncrement).
  await transaction.store.add(made as Operation);
  await transaction.done;
  await wakeLater();
  void drain();
}

/** How a thing stands: what I did last, or else what the server last said of it, be it `known` or later. */
export async function standing<T extends Told>(account: Account, known: T): Promise<Standing<T>> {
  const waiting = (await waitingFor(account, known.id)).map((operation) => ({ ...operation, shown: shownBy(operation) as T | null }));
  const refused = waiting.find(({ rejected }) => rejected !== null);
  const latest = later(known, (await heard(account, known.id)) as T | null);
  if (refused !== undefined) {
    // What was refused is not so. Only a proposal the server has never seen has no other form to be shown in.
    return { thing: latest, sending: "rejected", problem: refused.rejected?.detail ?? null };
  }
  const mine = waiting.at(-1)?.shown ?? null;
  return mine === null ? { thing: latest, sending: "sent", problem: null } : { thing: mine, sending: "waiting", problem: null };
}

/** The proposals and threads of mine that the server may never have heard of, latest first. */
export async function untold(account: Account): Promise<Told[]> {
  const waiting = (await (await database()).getAll("operations")).filter((operation) => operation.account === accountId(account));
  return waiting.map(shownBy).filter((shown) => shown !== null).reverse();
}

/** Gives up what waits or was refused. */
export async function giveUp(account: Account, target: string): Promise<void> {
  const transaction = (await database()).transaction("operations", "readwrite", { durability: "strict" });
  for (const { seq, what, account: owner } of await transaction.store.index("target").getAll(target)) {
    if (what.kind === "tell" && owner === accountId(account)) await transaction.store.delete(seq);
  }
  await transaction.done;
}

async function waitingFor(account: Account, target: string): Promise<Operation[]> {
  const all = await (await database()).getAllFromIndex("operations", "target", target);
  return all.filter(({ account: owner, what }) => owner === accountId(account) && what.kind === "tell").sort((a, b) => a.seq - b.seq);
}

function shownBy({ what }: Operation): Told | null {
  return what.kind === "tell" ? what.shown : null;
}
