/** What the customer and the provider agreed for a handoff, as the button and the panel show it. Pure. */
import type { Expectation } from "./api.js";

/** An agreement that binds ("agreed"), or a no that came early enough to be good service ("declined"). */
export interface Agreed {
  kind: "agreed" | "declined";
  need: string;
  /** YYYY-MM-DD; null when no day was named. */
  due: string | null;
}

/** What of an expectation a verdict is judged against; null while it is open, after it was withdrawn or declined late. */
export function agreedIn(expectation: Expectation | null): Agreed | null {
  if (expectation === null) return null;
  const { state, need, due, counter, countered, honest } = expectation;
  if (state === "declined") return honest ? { kind: "declined", need, due } : null;
  if (state !== "accepted" && state !== "done") return null;
  // Another way was suggested and taken: that is what was agreed.
  const taken = countered ? counter : null;
  return { kind: "agreed", need: taken?.need ?? need, due: taken?.due ?? due };
}
