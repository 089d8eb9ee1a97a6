/** What was agreed, who sees what, and what can be done about a refusal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sendingIn, standingIn } from "../../extension/src/background/outbox-rules.js";
import { agreedIn } from "../../extension/src/shared/agreed.js";
import type { Expectation, Problem } from "../../extension/src/shared/api.js";
import { seenByAtLength, standingWords } from "../../extension/src/shared/say.js";
import { waysOut } from "../../extension/src/shared/ways-out.js";

const person = { id: "p", name: "Ana Ruiz", team: null };
const expectation = (more: Partial<Expectation> = {}): Expectation => ({
  id: "e",
  revision: 1,
  state: "accepted",
  customer: person,
  provider: person,
  item: null,
  need: "The whole month",
  due: "2026-11-27",
  counter: null,
  reason: null,
  alternative: null,
  countered: false,
  declined_late: false,
  kept: null,
  proposed_at: "2026-11-20T08:00:00Z",
  changed_at: "2026-11-20T08:00:00Z",
  mine: "customer",
  may: [],
  honest: false,
  ...more,
});

test("rule 7: a verdict is judged against what was accepted, be it the other way that was suggested", () => {
  const agreed = { kind: "agreed", need: "The whole month", due: "2026-11-27" };
  assert.deepEqual(agreedIn(expectation()), agreed);
  assert.deepEqual(agreedIn(expectation({ state: "done" })), agreed);
  const counter = { need: "Four weeks", due: "2026-11-30" };
  assert.deepEqual(agreedIn(expectation({ countered: true, counter })), { kind: "agreed", ...counter });
  assert.equal(agreedIn(expectation({ state: "countered", counter })), null);
});

test("rule 7: a no in time is honest service, a late one is none, and an open ask binds nobody", () => {
  assert.equal(agreedIn(expectation({ state: "declined", honest: true }))?.kind, "declined");
  assert.equal(agreedIn(expectation({ state: "declined", declined_late: true })), null);
  for (const state of ["proposed", "withdrawn"] as const) assert.equal(agreedIn(expectation({ state })), null);
  assert.equal(agreedIn(null), null);
});

const problem = (code: string, pointer: string | null = null): Problem => ({ code, pointer, status: 422, detail: "No.", existing: null });

test("each refusal leaves a way on", () => {
  assert.deepEqual(waysOut(problem("unknown-subject", "#/subject"), "given", false), ["choose-who", "discard"]);
  assert.deepEqual(waysOut(problem("validation", "#/what_would_have_helped"), "given", false), ["add-words", "discard"]);
  assert.deepEqual(waysOut(problem("pooled-no-words", "#/what_would_have_helped"), "given", true), ["tell-instead", "without-words", "discard"]);
  assert.deepEqual(waysOut(problem("attribution-changed"), "given", false), ["all-the-same", "discard"]);
  assert.deepEqual(waysOut(problem("anything"), "given", false), ["discard"]);
});

test("the right person who may not be rated is not asked for again", () => {
  for (const code of ["paused", "same-team"]) assert.deepEqual(waysOut(problem(code, "#/subject"), "given", false), ["discard"]);
});

test("rule 1: after its release a rating is kept as it was", () => {
  for (const wish of ["given", "changed", "withdrawn"] as const) assert.deepEqual(waysOut(problem("rating-released"), wish, false), ["keep"]);
  assert.deepEqual(waysOut(problem("anything"), "changed", false), ["keep"]);
});

test("the words of a refused note can be used again", () => {
  assert.deepEqual(waysOut(problem("left", "#/recipient"), null, true), ["choose-who", "edit", "discard"]);
  assert.deepEqual(waysOut(problem("anything"), null, true), ["edit", "discard"]);
});

const operation = (more: { rejected?: Problem; held?: Problem; kind?: "put-rating" | "withdraw-rating" } = {}) => ({
  what: { kind: more.kind ?? ("put-rating" as const) },
  rejected: more.rejected ?? null,
  held: more.held ?? null,
});

test("what waits says why, what is refused says it louder", () => {
  assert.deepEqual(sendingIn([]), { sending: "sent", problem: null });
  assert.deepEqual(sendingIn([operation()]), { sending: "waiting", problem: null });
  const held = operation({ held: problem("limit") });
  assert.deepEqual(sendingIn([held]), { sending: "waiting", problem: { code: "limit", detail: "No." } });
  assert.deepEqual(sendingIn([held, operation({ rejected: problem("paused") })]).problem?.code, "paused");
});

test("what a refused operation wanted is told by it and by what the server has", () => {
  const rejected = problem("rating-released");
  const stored = { revision: 1, verdict: "met", cause: null, what_would_have_helped: null } as const;
  assert.equal(standingIn([operation({ rejected })], { stored: null }).wish, "given");
  assert.equal(standingIn([operation({ rejected })], { stored }).wish, "changed");
  assert.equal(standingIn([operation({ rejected, kind: "withdraw-rating" })], { stored }).wish, "withdrawn");
});

test("a stored rating is called by its verdict alone", () => {
  assert.deepEqual(standingWords({ sending: "sent", wish: "given" }, ["met"]), ["met"]);
  assert.deepEqual(standingWords({ sending: "rejected", wish: "withdrawn" }, ["met"]), ["notTakenBack", ["met"]]);
});

test("the long form says for whom a rating stays unseen", () => {
  assert.deepEqual(seenByAtLength("Ana", "open", null), ["seenNamedLong", "Ana"]);
  assert.deepEqual(seenByAtLength("Ana", "pooled", { k: 5, next: null }), ["seenPooledLong", "Ana", "5"]);
});
