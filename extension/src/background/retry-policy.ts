/**
 * What to do with an operation after a try. Pure: depends on nothing but its arguments.
 *
 * An operation leaves the outbox only after a 2xx. What may pass by itself (no network, 5xx, 408, 425, 429) is
 * tried again, ever more rarely; what a sign-in mends (401) waits for one; any other 4xx is kept, refused, and shown.
 */

export type Outcome =
  | { kind: "answer"; status: number; retryAfter: string | null }
  | { kind: "no-answer" };

export type Decision =
  | { kind: "done" }
  | { kind: "retry"; at: number }
  | { kind: "sign-in" }
  | { kind: "reject" };

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 5 * 60_000;
const LONGEST_ASKED_WAIT = 60 * 60_000;
const PASSING = new Set([408, 425, 429]);

/**
 * @param attempts tries made so far, this one included
 * @param now epoch milliseconds
 * @param random in [0, 1): spreads the tries of many browsers
 */
export function decide(outcome: Outcome, attempts: number, now: number, random: number): Decision {
  if (outcome.kind === "no-answer") return { kind: "retry", at: now + wait(attempts, random) };
  const { status } = outcome;
  if (status >= 200 && status < 300) return { kind: "done" };
  if (status === 401) return { kind: "sign-in" };
  if (status >= 400 && status < 500 && !PASSING.has(status)) return { kind: "reject" };
  // 5xx, and also 3xx and 1xx: no server of ours says so, something in between does.
  const asked = askedWait(outcome.retryAfter, now);
  return { kind: "retry", at: now + Math.max(wait(attempts, random), asked) };
}

/** Doubles from one second to five minutes; the upper half of it is left to chance. */
export function wait(attempts: number, random: number): number {
  const full = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(Math.max(attempts - 1, 0), 20));
  return Math.round(full * (0.5 + random / 2));
}

/** Milliseconds a Retry-After asks for (RFC 9110, 10.2.3: seconds or a date), at most an hour; 0 when it says nothing. */
export function askedWait(retryAfter: string | null, now: number): number {
  const text = retryAfter?.trim() ?? "";
  if (text === "") return 0;
  const until = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(until) ? Math.min(Math.max(until, 0), LONGEST_ASKED_WAIT) : 0;
}
