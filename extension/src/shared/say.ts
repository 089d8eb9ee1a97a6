/**
 * Texts by their keys in _locales, chosen by pure functions and put into words only where they are shown: who sees a
 * rating, what a verdict is called, what was agreed.
 */
import type { Attribution, Cause, Direction, Verdict } from "./api.js";
import type { Agreed } from "./agreed.js";
import type { Pool, Standing } from "./handoff.js";
import type { ReadyThanks } from "./messages.js";

/** A key of _locales and what stands for $1, $2 ...: text as it is, or words themselves. */
export type Words = readonly [key: string, ...substitutions: (string | Words)[]];

/** Text that is no key: a name, or the server's own sentence. */
export function verbatim(text: string): Words {
  return ["verbatim", text];
}

export const VERDICTS: readonly Verdict[] = ["missed", "met", "exceeded"];
export const CAUSES: readonly Cause[] = ["unclear_ask", "capacity", "dependency", "process", "quality"];

/** The keys of the thanks that are written already. */
export const READY_THANKS: Record<ReadyThanks, string> = { work: "readyThanks", ask: "readyThanksAsk", early: "thanksForEarly" };

/** What a verdict is called: of work it is missed, met or exceeded; of an ask it is unclear, clear or very clear. */
export function verdictWords(verdict: Verdict, direction: Direction): Words {
  return [direction === "request" ? `ask_${verdict}` : verdict];
}

/** Who will see a rating of `name`, in one short line. */
export function seenBy(name: string, attribution: Attribution, pool: Pool | null): Words {
  if (attribution === "open") return ["seenNamed", name];
  if (pool === null) return ["seenPooled", name];
  return pool.next === null ? ["seenPooledOf", name, String(pool.k)] : ["seenPooledNext", name, String(pool.k), dayAndMonth(pool.next)];
}

/** The same at length. */
export function seenByAtLength(name: string, attribution: Attribution, pool: Pool | null): Words {
  if (attribution === "open") return ["seenNamedLong", name];
  return pool === null ? ["seenPooled", name] : ["seenPooledLong", name, String(pool.k)];
}

export function agreedWords(agreed: Agreed, name: string): Words {
  if (agreed.kind === "declined") return ["declinedEarly", name];
  return agreed.due === null ? ["agreedNeed", agreed.need] : ["agreedBy", agreed.need, dayAndMonth(agreed.due)];
}

/** What a rating is called as it stands: `word` is its verdict in words. */
export function standingWords({ sending, wish }: Pick<Standing, "sending" | "wish">, word: Words): Words {
  if (sending === "sent") return word;
  if (sending === "waiting") return ["notSentYet", word];
  return wish === "withdrawn" ? ["notTakenBack", word] : wish === "changed" ? ["notChanged"] : ["notAccepted", word];
}

/** A day as people write it: "1 December". */
export function dayAndMonth(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(undefined, { day: "numeric", month: "long", timeZone: "UTC" });
}
