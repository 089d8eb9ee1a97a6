/** Agreements and repairs as they will look once the server has heard of what I did; and in which order they are shown. Pure. */
import type { Expectation, ExpectationAnswer, ExpectationPut, Person, Repair } from "./api.js";

/** So many days before it is due, an agreement counts as due soon. */
const SOON_DAYS = 3;

export const LONGEST_NEED = 280;

/** What I propose, or propose in other words, before the server has it. `known`: as it stands there, if it does. */
export function asProposed(id: string, me: Person, provider: Person, body: ExpectationPut, known: Expectation | null, now: string): Expectation {
  return {
    id,
    revision: body.revision,
    state: "proposed",
    customer: me,
    provider,
    item: body.item ?? null,
    need: body.need,
    due: body.due ?? null,
    counter: null,
    reason: null,
    alternative: null,
    countered: false,
    declined_late: false,
    kept: null,
    proposed_at: known?.proposed_at ?? now,
    changed_at: now,
    mine: "customer",
    may: [],
    honest: false,
  };
}

/** What an answer of mine makes of an agreement. Whether it came in time is for the server to say. */
export function asAnswered(known: Expectation, answer: ExpectationAnswer, now: string): Expectation {
  const next: Expectation = { ...known, changed_at: now, may: [] };
  switch (answer.action) {
    case "accept":
      return { ...next, state: "accepted" };
    case "counter":
      return { ...next, state: "countered", counter: { need: answer.need ?? known.need, due: answer.due === undefined ? known.due : answer.due } };
    case "decline":
      return { ...next, state: "declined", reason: answer.reason ?? null, alternative: answer.alternative ?? null };
    case "accept_counter":
      return { ...next, state: "accepted", need: known.counter?.need ?? known.need, due: known.counter?.due ?? known.due, counter: null, countered: true };
    case "done":
      return { ...next, state: "done", kept: answer.kept ?? null };
    case "withdraw":
      return { ...next, state: "withdrawn" };
  }
}

/** A thread with a message of mine that the server has not got yet. */
export function asSaid(known: Repair, message: { id: string; text: string }, me: Person, now: string): Repair {
  if (known.messages.some(({ id }) => id === message.id)) return known;
  return { ...known, messages: [...known.messages, { ...message, author: me, written_at: now }], changed_at: now };
}

export function isOpen({ state }: Pick<Expectation, "state">): boolean {
  return state === "proposed" || state === "accepted" || state === "countered";
}

/** Whether an open agreement is due within three days, or was. Both days are local dates, YYYY-MM-DD. */
export function isDueSoon(expectation: Pick<Expectation, "state" | "due">, today: string): boolean {
  return isOpen(expectation) && expectation.due !== null && daysBetween(today, expectation.due) <= SOON_DAYS;
}

/** From one date to the other, in whole days; negative when the other lies before. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** The local date of a moment, YYYY-MM-DD. */
export function localDate(moment: Date): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${String(moment.getFullYear())}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** Which of two accounts of the same thing is the later one. */
export function later<T extends { changed_at: string }>(one: T, other: T | null): T {
  return other !== null && Date.parse(other.changed_at) > Date.parse(one.changed_at) ? other : one;
}

/** A list brought up to date: what is new in it first, then what only the older one has, such as further pages. */
export function merged<T extends { id: string }>(fresh: readonly T[], older: readonly T[]): T[] {
  const known = new Set(fresh.map(({ id }) => id));
  return [...fresh, ...older.filter(({ id }) => !known.has(id))];
}
