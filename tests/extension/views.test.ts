/** What the button shows of a handoff, in each of its states. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CAUSES_STAY, LINE_STAYS, SOON, viewOf, type Choice, type Situation, type View } from "../../extension/src/content/views.js";
import type { HandoffState, MyRating } from "../../extension/src/shared/handoff.js";

const ALLOWED = { allowed: true, code: null, detail: null };
const refused = (code: string) => ({ allowed: false, code, detail: `Because of ${code}.` });

const state = (more: Partial<HandoffState> = {}): HandoffState => ({
  direction: "service",
  subjectName: "Ana Ruiz",
  person: null,
  rating: null,
  rate: ALLOWED,
  thank: ALLOWED,
  attribution: "open",
  pool: null,
  agreed: null,
  said: { thanks: null, word: null },
  ...more,
});
const pooled = (more: Partial<HandoffState> = {}) => state({ attribution: "pooled", pool: { k: 5, next: "2026-12-01" }, ...more });
const rating = (more: Partial<MyRating> = {}): MyRating => ({
  id: "r",
  verdict: "met",
  cause: null,
  released: false,
  sending: "sent",
  wish: "given",
  problem: null,
  ...more,
});
const now = (more: Partial<Situation> = {}): Situation => ({ isOpen: false, isChanging: false, fresh: false, since: Infinity, form: null, ...more });
const open = now({ isOpen: true });
const fresh = now({ fresh: true, since: 10 });

const choices = (view: View): (Choice | null)[] => (view.kind === "given" || view.kind === "refused" ? view.parts.map((part) => part.choice) : []);
const keys = (view: View): string[] => view.card.lines.map(([key]) => key);
const chips = (view: View): Choice[] => view.card.chips.map((chip) => chip.choice);

test("at rest it asks about the work, and on my own work about the ask", () => {
  assert.deepEqual(viewOf(null, now()), viewOf(state(), now()));
  const own = viewOf(state({ direction: "request" }), now());
  assert.deepEqual(own.kind === "rest" && own.words, ["wasTheAskClear"]);
  const asked = viewOf(state({ direction: "request" }), open);
  assert.deepEqual(asked.kind === "open" && asked.verdicts.map(({ words }) => words[0]), ["ask_missed", "ask_met", "ask_exceeded"]);
});

test("open, it says who will see the rating", () => {
  assert.deepEqual(viewOf(state(), open).card.lines, [["seenNamed", "Ana"]]);
  assert.deepEqual(viewOf(pooled(), open).card.lines[0]?.slice(0, 3), ["seenPooledNext", "Ana", "5"]);
  assert.deepEqual(keys(viewOf(pooled({ pool: { k: 5, next: null } }), open)), ["seenPooledOf"]);
  assert.deepEqual(keys(viewOf(pooled({ pool: null }), open)), ["seenPooled"]);
});

test("a choice of who did it is shared in open organisations, and stays here in pooled ones", () => {
  assert.deepEqual(keys(viewOf(state({ subjectName: null }), open)), ["whoOnce"]);
  assert.deepEqual(keys(viewOf(pooled({ subjectName: null }), open)), ["whoOnceHere"]);
});

test("rule 7: what was agreed stands first; for an early no thanks are offered, and missed is still possible", () => {
  const agreed = viewOf(state({ agreed: { kind: "agreed", need: "The export", due: null } }), open);
  assert.deepEqual(agreed.card.agreed, ["agreedNeed", "The export"]);
  const early = state({ agreed: { kind: "declined", need: "The export", due: null } });
  const view = viewOf(early, open);
  assert.deepEqual(chips(view), ["early"]);
  assert.ok(view.kind === "open" && view.verdicts.some(({ verdict }) => verdict === "missed"));
  assert.deepEqual(chips(viewOf({ ...early, said: { thanks: "sent", word: null } }, open)), []);
});

test("after a verdict: undo and one tap of thanks; later also a change", () => {
  assert.deepEqual(choices(viewOf(state({ rating: rating() }), fresh)), ["undo", "thank", "write"]);
  assert.deepEqual(choices(viewOf(state({ rating: rating() }), now())), ["change", "undo", "thank", "write"]);
  const thanked = viewOf(state({ rating: rating(), said: { thanks: "waiting", word: null } }), fresh);
  assert.deepEqual(choices(thanked), ["undo", null, "write"]);
});

test("after a pooled missed a word in private is offered; an open one has its words already", () => {
  const missed = rating({ verdict: "missed" });
  assert.deepEqual(choices(viewOf(pooled({ rating: missed }), fresh)), ["undo", "tell"]);
  assert.deepEqual(choices(viewOf(pooled({ rating: missed, said: { thanks: null, word: "sent" } }), fresh)), ["undo", null]);
  assert.deepEqual(choices(viewOf(state({ rating: missed }), fresh)), ["undo", "thank", "write"]);
});

test("rule 6: a cause is offered after a missed of work, marked when named, and never for an ask", () => {
  const missed = pooled({ rating: rating({ verdict: "missed", cause: "capacity" }) });
  const view = viewOf(missed, fresh);
  assert.equal(view.card.chips.length, 5);
  assert.deepEqual(view.card.chips.filter((chip) => chip.pressed).map((chip) => chip.choice), ["cause:capacity"]);
  assert.deepEqual(chips(viewOf({ ...missed, direction: "request" }, fresh)), []);
  assert.deepEqual(chips(viewOf(pooled({ rating: rating() }), fresh)), []);
});

test("what lies over the page goes by itself, and comes back when the button is pointed at", () => {
  const shown = (given: MyRating, since: number) => viewOf(state({ rating: given }), now({ fresh: true, since })).shown;
  assert.equal(shown(rating(), LINE_STAYS - 1), true);
  assert.equal(shown(rating(), LINE_STAYS), false);
  assert.equal(shown(rating({ verdict: "missed" }), LINE_STAYS), true);
  assert.equal(shown(rating({ verdict: "missed" }), CAUSES_STAY), false);
  assert.deepEqual(keys(viewOf(state({ rating: rating() }), now())), ["seenNamed"]);
});

test("what is not sent says so after a moment, with the server's reason where it gave one", () => {
  const waiting = rating({ sending: "waiting" });
  const words = (since: number) => {
    const view = viewOf(state({ rating: waiting }), now({ fresh: true, since }));
    return view.kind === "given" ? view.words[0] : null;
  };
  assert.equal(words(SOON - 1), "met");
  assert.equal(words(SOON), "notSentYet");
  const held = viewOf(state({ rating: { ...waiting, problem: { code: "limit", detail: "Enough for today." } } }), now());
  assert.deepEqual(held.card.lines[0], ["heldBack", "Enough for today."]);
});

test("a refusal tells what was wanted: a first verdict, a change, or taking it back", () => {
  const words = (wish: MyRating["wish"]) => {
    const view = viewOf(state({ rating: rating({ sending: "rejected", wish, problem: { code: "x", detail: "No." } }) }), now());
    assert.deepEqual(choices(view), ["why"]);
    assert.deepEqual(view.card.lines, [["verbatim", "No."]]);
    return view.kind === "given" ? view.words[0] : null;
  };
  assert.deepEqual((["given", "changed", "withdrawn"] as const).map(words), ["notAccepted", "notChanged", "notTakenBack"]);
});

test("refused thanks and words do not vanish", () => {
  assert.deepEqual(choices(viewOf(state({ rating: rating(), said: { thanks: "rejected", word: null } }), now())), ["change", "undo", "why"]);
  assert.deepEqual(choices(viewOf(state({ rating: rating(), said: { thanks: null, word: "rejected" } }), now())), ["change", "undo", "why"]);
});

test("rule 1: a released rating stays as it is; thanks are still possible", () => {
  const view = viewOf(pooled({ rating: rating({ released: true }) }), now());
  assert.deepEqual(choices(view), ["thank", "write"]);
  assert.deepEqual(keys(view), ["releasedStays"]);
});

test("rule 14: who has paused is not rated, and still thanked", () => {
  const view = viewOf(pooled({ rate: refused("paused") }), now());
  assert.deepEqual([view.kind, choices(view), keys(view)], ["refused", ["write"], ["verbatim"]]);
});

test("where neither is possible it only says why", () => {
  const own = viewOf(state({ rate: refused("self"), thank: refused("self") }), open);
  assert.ok(own.kind === "refused" && own.parts[0]?.choice === null && own.parts[0].words[0] === "yourHandoff");
  const left = viewOf(state({ rate: refused("left"), thank: refused("left") }), open);
  assert.ok(left.kind === "refused" && left.parts[0]?.words[0] === "notRated");
});

test("a rating that stands can be changed even where a new one would be refused", () => {
  assert.equal(viewOf(state({ rating: rating(), rate: refused("paused") }), now()).kind, "given");
});
