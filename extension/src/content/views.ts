/** What the button shows of a handoff. Pure: texts are keys of _locales until they are drawn. */
import type { Cause, Verdict } from "../shared/api.js";
import { firstName, type HandoffState, type MyRating, type Sending } from "../shared/handoff.js";
import { agreedWords, CAUSES, READY_THANKS, seenBy, standingWords, verbatim, VERDICTS, verdictWords, type Words } from "../shared/say.js";
import type { FormView, ReadyThanks } from "../shared/messages.js";
import type { Sign } from "./signs.js";

export type Choice = Verdict | `cause:${Cause}` | "open" | "close" | "who" | "undo" | "change" | "thank" | "early" | "write" | "tell" | "why";

/** One part of the pill: a button, or, without a choice, words that only tell. */
export interface Part {
  choice: Choice | null;
  words: Words;
  /** Drawn instead of the words, which then name the button. */
  sign?: Sign;
  /** Stands under the pill while the part is pointed at: what exactly it sends. */
  hint?: Words;
}

/** A small button under the pill; `pressed` is null for one that does something once. */
export interface Chip {
  choice: Choice;
  words: Words;
  pressed: boolean | null;
}

/** What lies under the pill. */
export interface Card {
  /** What the work is judged against. */
  agreed: Words | null;
  lines: Words[];
  title: Words | null;
  chips: Chip[];
}

export type View =
  | { kind: "rest"; words: Words; card: Card; shown: false }
  | { kind: "open"; who: Words | null; ask: Words; verdicts: { verdict: Verdict; words: Words }[]; chosen: Verdict | null; card: Card; shown: true }
  | { kind: "given"; verdict: Verdict; words: Words; sending: Sending; parts: Part[]; card: Card; shown: boolean }
  | { kind: "refused"; parts: Part[]; card: Card; shown: false };

/** What the button knows beyond the handoff itself. */
export interface Situation {
  isOpen: boolean;
  isChanging: boolean;
  /** The rating was given just now in this page. */
  fresh: boolean;
  /** Milliseconds since then. */
  since: number;
  form: FormView | null;
}

/** So long a verdict may be on its way before the button says that it is not sent yet. */
export const SOON = 1_500;
/** So long what lies under a fresh verdict stays by itself: it lies over the page. */
export const LINE_STAYS = 8_000;
export const CAUSES_STAY = 20_000;

export const NO_CARD: Card = { agreed: null, lines: [], title: null, chips: [] };

export function viewOf(state: HandoffState | null, now: Situation): View {
  if (state === null) return now.isOpen ? looking(now) : rest("service");
  if (state.rating !== null && !now.isChanging) return given(state, state.rating, now);
  if (!state.rate.allowed && state.subjectName !== null) return refused(state, state.subjectName);
  return now.isOpen ? open(state, now) : rest(state.direction);
}

/** The thanks that are written already, as they fit this handoff. */
export function readyThanks(state: HandoffState): ReadyThanks {
  return state.direction === "request" ? "ask" : "work";
}

/** Who will see it: said at the moment of rating. */
export function seenLine(state: HandoffState): Words {
  return seenBy(firstName(state.subjectName ?? ""), state.attribution, state.pool);
}

function rest(direction: HandoffState["direction"]): View {
  return { kind: "rest", words: [direction === "request" ? "wasTheAskClear" : "rateThisHandoff"], card: NO_CARD, shown: false };
}

function looking({ form }: Situation): View {
  return { kind: "open", who: ["looking"], ask: ["whoDidThis"], verdicts: verdictsOf("service"), chosen: form === "missed" ? "missed" : null, card: NO_CARD, shown: true };
}

function open(state: HandoffState, { form }: Situation): View {
  const { subjectName: who, direction, rating } = state;
  return {
    kind: "open",
    who: who === null ? null : verbatim(who),
    ask: [direction === "request" ? "whoAsked" : "whoDidThis"],
    verdicts: verdictsOf(direction),
    chosen: form === "missed" ? "missed" : (rating?.verdict ?? null),
    // The form says the same, and lies there.
    card: form !== null ? NO_CARD : openCard(state),
    shown: true,
  };
}

function verdictsOf(direction: HandoffState["direction"]): { verdict: Verdict; words: Words }[] {
  return VERDICTS.map((verdict) => ({ verdict, words: verdictWords(verdict, direction) }));
}

function openCard(state: HandoffState): Card {
  if (state.subjectName === null) return { ...NO_CARD, lines: [[state.attribution === "pooled" ? "whoOnceHere" : "whoOnce"]] };
  const first = firstName(state.subjectName);
  const agreed = state.agreed === null ? null : agreedWords(state.agreed, first);
  const card: Card = { ...NO_CARD, agreed, lines: [seenLine(state)] };
  if (state.agreed?.kind !== "declined" || !state.thank.allowed) return card;
  // A no in time is good service: thanks are offered for it.
  return state.said.thanks === null
    ? { ...card, agreed: null, title: agreed, chips: [{ choice: "early", words: ["thanksForEarly"], pressed: null }] }
    : { ...card, lines: [...card.lines, ["thanksWritten", first]] };
}

function given(state: HandoffState, rating: MyRating, now: Situation): View {
  const justSent = rating.sending === "waiting" && now.since < SOON;
  const sending = justSent ? "sent" : rating.sending;
  const card = givenCard(state, rating);
  const stays = card.chips.length > 0 ? CAUSES_STAY : LINE_STAYS;
  return {
    kind: "given",
    verdict: rating.verdict,
    words: standingWords({ sending, wish: rating.wish }, verdictWords(rating.verdict, state.direction)),
    sending,
    parts: afterwards(state, rating, now.fresh),
    card: now.form !== null ? NO_CARD : card,
    shown: now.fresh && now.since < stays,
  };
}

function afterwards(state: HandoffState, rating: MyRating, fresh: boolean): Part[] {
  if (rating.sending === "rejected") return [{ choice: "why", words: ["seeWhy"] }];
  const undo: Part[] = rating.released ? [] : [{ choice: "undo", words: ["undo"] }];
  const change: Part[] = rating.released || fresh ? [] : [{ choice: "change", words: ["change"] }];
  return [...change, ...undo, ...words(state, rating)];
}

/** The signed second tap: thanks, or after a pooled missed, whose rating carries no words, a word in private. */
function words(state: HandoffState, rating: MyRating): Part[] {
  const { said, subjectName } = state;
  if (said.thanks === "rejected") return [{ choice: "why", words: ["thanksNotAccepted"] }];
  if (said.word === "rejected") return [{ choice: "why", words: ["wordNotAccepted"] }];
  if (!state.thank.allowed || subjectName === null) return [];
  const first = firstName(subjectName);
  if (rating.verdict === "missed" && state.attribution === "pooled") {
    return [said.word === null ? { choice: "tell", words: ["tellPrivately", first] } : { choice: null, words: ["toldPrivately"] }];
  }
  const thank: Part =
    said.thanks === null
      ? { choice: "thank", words: ["thankPerson", first], hint: ["readyHint", [READY_THANKS[readyThanks(state)]]] }
      : { choice: null, words: ["thanksSent"] };
  return [thank, { choice: "write", words: ["writeTo", first], sign: "pen" }];
}

function givenCard(state: HandoffState, rating: MyRating): Card {
  if (rating.sending === "rejected") return { ...NO_CARD, lines: rating.problem === null ? [] : [verbatim(rating.problem.detail)] };
  if (rating.released) return { ...NO_CARD, lines: [["releasedStays"]] };
  const held = rating.sending === "waiting" && rating.problem !== null ? [["heldBack", rating.problem.detail] as const] : [];
  const lines = [...held, seenLine(state)];
  if (rating.verdict !== "missed" || state.direction !== "service") return { ...NO_CARD, lines };
  const chips = CAUSES.map((cause): Chip => ({ choice: `cause:${cause}`, words: [`cause_${cause}`], pressed: cause === rating.cause }));
  return { ...NO_CARD, lines, title: ["causeAsk"], chips };
}

function refused(state: HandoffState, subjectName: string): View {
  const lines = state.rate.detail === null ? [] : [verbatim(state.rate.detail)];
  const parts: Part[] = state.thank.allowed
    ? [{ choice: "write", words: ["thankPerson", firstName(subjectName)] }]
    : [{ choice: null, words: [state.rate.code === "self" || state.direction === "request" ? "yourHandoff" : "notRated"] }];
  return { kind: "refused", parts, card: { ...NO_CARD, lines }, shown: false };
}

