/** What a member can do about something the server refused. Pure. */
import type { Problem } from "./api.js";
import type { Wish } from "./handoff.js";

export type WayOut = "choose-who" | "add-words" | "without-words" | "tell-instead" | "all-the-same" | "edit" | "keep" | "discard";

/** The person is the right one, and still may not be rated by me. */
const RIGHT_PERSON = new Set(["paused", "same-team"]);

/**
 * @param wish what a refused rating wanted; null for a note
 * @param hasWords whether it carries what somebody typed: then that is offered another way to arrive
 */
export function waysOut({ code, pointer }: Pick<Problem, "code" | "pointer">, wish: Wish | null, hasWords: boolean): WayOut[] {
  const aboutPerson = pointer?.startsWith("#/subject") === true || pointer?.startsWith("#/recipient") === true;
  const wrongPerson = aboutPerson && !RIGHT_PERSON.has(code);
  if (wish === null) return [...(wrongPerson ? (["choose-who"] as const) : []), "edit", "discard"];
  if (code === "attribution-changed") return ["all-the-same", "discard"];
  if (code === "rating-released" || wish === "withdrawn") return ["keep"];
  // Of a change, what stands at the server goes on standing.
  const giveUp: WayOut = wish === "given" ? "discard" : "keep";
  if (code === "pooled-no-words") return [...(hasWords ? (["tell-instead", "without-words"] as const) : []), giveUp];
  if (pointer === "#/what_would_have_helped") return ["add-words", giveUp];
  return [...(wrongPerson ? (["choose-who"] as const) : []), giveUp];
}
