/** Which of a target's waiting operations a new wish replaces, what goes out when, and how what waits is told. Pure. */
import type { Attribution, RatingPut } from "../shared/api.js";
import type { Sending, Standing } from "../shared/handoff.js";
import type { GivenRating, Operation } from "./store.js";

type Waiting = Pick<Operation, "seq" | "attempts" | "rejected">;

export interface Plan {
  /** Operations that the server has surely never seen or has refused: they need not go out. */
  drop: number[];
  /** Whether the wish has to go out as an operation of its own. */
  send: boolean;
}

function untold(operation: Waiting): boolean {
  return operation.attempts === 0 || operation.rejected !== null;
}

/** A new verdict makes every verdict that was never told superfluous. */
export function planPut(waiting: readonly Waiting[]): Plan {
  return { drop: waiting.filter(untold).map((operation) => operation.seq), send: true };
}

/**
 * Taking back drops what was never told. Only when the server knows the rating, or may know it (a try whose end
 * nobody saw), does it have to be told of the taking back; then what may be known is finished first.
 */
export function planWithdraw(waiting: readonly Waiting[], knownToServer: boolean): Plan {
  const drop = waiting.filter(untold).map((operation) => operation.seq);
  return { drop, send: knownToServer || drop.length < waiting.length };
}

/** What goes out in order: the operations of one target, but what is said in a thread apart from its rating. */
type Laned = Pick<Operation, "seq" | "target"> & { what: Pick<Operation["what"], "kind"> };

/** Whether an operation gives, changes or takes back a rating or a note, and is none of the thread that has its id. */
export function isGiving({ what }: Pick<Laned, "what">): boolean {
  return what.kind !== "tell";
}

type Given = Pick<Operation, "rejected" | "held"> & { what: Pick<Operation["what"], "kind"> };

/** Where operations that give one thing stand together, with the server's words on it. */
export function sendingIn(operations: readonly Given[]): { sending: Sending; problem: Standing["problem"] } {
  const refused = operations.find(({ rejected }) => rejected !== null)?.rejected ?? null;
  const said = refused ?? operations.find(({ held }) => held !== null)?.held ?? null;
  return {
    sending: refused !== null ? "rejected" : operations.length === 0 ? "sent" : "waiting",
    problem: said === null ? null : { code: said.code, detail: said.detail },
  };
}

export function standingIn(operations: readonly Given[], { stored }: Pick<GivenRating, "stored">): Standing {
  const refused = operations.find(({ rejected }) => rejected !== null) ?? operations[0];
  const wish = refused?.what.kind === "withdraw-rating" ? "withdrawn" : stored === null ? "given" : "changed";
  return { ...sendingIn(operations), wish };
}

/** The operations that may be tried now: the first of each target, unless it is refused or has to wait. */
export function due<T extends Laned & Pick<Operation, "rejected" | "not_before">>(operations: readonly T[], now: number): T[] {
  return heads(operations).filter((operation) => operation.rejected === null && operation.not_before <= now);
}

/** When to look again, epoch milliseconds; null when nothing waits. */
export function nextDue(operations: readonly (Laned & Pick<Operation, "rejected" | "not_before">)[]): number | null {
  const times = heads(operations)
    .filter((operation) => operation.rejected === null)
    .map((operation) => operation.not_before);
  return times.length === 0 ? null : Math.min(...times);
}

function heads<T extends Laned>(operations: readonly T[]): T[] {
  const first = new Map<string, T>();
  for (const operation of [...operations].sort((a, b) => a.seq - b.seq)) {
    const lane = `${isGiving(operation) ? "given" : "told"} ${operation.target}`;
    if (!first.has(lane)) first.set(lane, operation);
  }
  return [...first.values()];
}

/**
 * What rating a handoff again goes on from. A rating keeps its attribution for ever: one taken back before the rules
 * changed, or before its release date (`today` is YYYY-MM-DD), is not revived, but given anew.
 */
export function revivable(known: GivenRating | null, attribution: Attribution, today: string): GivenRating | null {
  if (known === null || !known.withdrawn) return known;
  const otherKind = known.attribution !== null && known.attribution !== attribution;
  const over = known.release_on !== null && known.release_on <= today;
  return otherKind || over ? null : known;
}

/** A rating as the server is told of it: with what was shown, so that it never shows more. */
export function asSent(rating: GivenRating): RatingPut {
  const { revision, item, subject, direction, verdict, what_would_have_helped, cause, shown_as } = rating;
  return { revision, item, subject, direction, verdict, what_would_have_helped, cause, attribution: shown_as ?? null };
}

/** The same rating under a new id, by whatever the rules are now: its rater has been told that names may be shown. */
export function anew(known: GivenRating, id: string, text: string | null, now: string): GivenRating {
  const fresh = { revision: 1, known_to_server: false, stored: null, withdrawn: false, attribution: null, release_on: null, released: false };
  const words = known.verdict === "missed" ? (text ?? known.what_would_have_helped) : null;
  return { ...known, ...fresh, id, shown_as: "open", what_would_have_helped: words, given_at: now, changed_at: now };
}
