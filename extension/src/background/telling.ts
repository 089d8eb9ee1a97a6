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
  /** Why the server refuses what I did, or lets it wait, when it has said so. */
  problem: string | null;
  /** What I wanted and the server refuses: its words are not lost. */
  refused: T | null;
}

/** Writes a wish down and sends it soon. A wish about the same thing that was refused is given up for it. */
export async function tell(account: Account, id: string, request: { method: "PUT" | "POST"; path: string; body: unknown }, shown: Told): Promise<void> {
  const transaction = (await database()).transaction("operations", "readwrite", { durability: "strict" });
  const target = targetOf(id);
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
  const waiting = await waitingFor(account, known.id);
  const latest = later(known, (await heard(account, known.id)) as T | null);
  const refused = waiting.find(({ rejected }) => rejected !== null);
  if (refused !== undefined) {
    // What was refused is not so: the thing stands as the server has it.
    return { thing: latest, sending: "rejected", problem: refused.rejected?.detail ?? null, refused: shownBy(refused) as T | null };
  }
  const mine = waiting.map((operation) => shownBy(operation) as T | null).at(-1) ?? null;
  const held = waiting.find((operation) => operation.held !== null)?.held ?? null;
  return { thing: mine ?? latest, sending: mine === null ? "sent" : "waiting", problem: held?.detail ?? null, refused: null };
}

/** The proposals and threads of mine that the server may never have heard of, latest first. */
export async function untold(account: Account): Promise<Told[]> {
  const waiting = (await (await database()).getAll("operations")).filter((operation) => operation.account === accountId(account));
  return waiting.map(shownBy).filter((shown) => shown !== null).reverse();
}

/** Gives up what waits or was refused. */
export async function giveUp(account: Account, id: string): Promise<void> {
  const transaction = (await database()).transaction("operations", "readwrite", { durability: "strict" });
  for (const { seq, what, account: owner } of await transaction.store.index("target").getAll(targetOf(id))) {
    if (what.kind === "tell" && owner === accountId(account)) await transaction.store.delete(seq);
  }
  await transaction.done;
}

async function waitingFor(account: Account, id: string): Promise<Operation[]> {
  const all = await (await database()).getAllFromIndex("operations", "target", targetOf(id));
  return all.filter(({ account: owner }) => owner === accountId(account)).sort((a, b) => a.seq - b.seq);
}

function shownBy({ what }: Operation): Told | null {
  return what.kind === "tell" ? what.shown : null;
}

/** A thread has the id of the rating it came from: each waits for its own, and neither holds up the other. */
function targetOf(id: string): string {
  return `told ${id}`;
}
