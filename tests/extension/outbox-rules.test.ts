/** What a new wish replaces, and what goes out when. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { anew, asSent, due, isGiving, nextDue, planPut, planWithdraw, revivable } from "../../extension/src/background/outbox-rules.js";
import type { GivenRating } from "../../extension/src/background/store.js";
import type { Problem } from "../../extension/src/shared/api.js";

const refusal: Problem = { code: "validation", status: 422, detail: "no", existing: null, pointer: null };
const op = (seq: number, more: { attempts?: number; rejected?: Problem; target?: string; not_before?: number; kind?: "put-rating" | "tell" } = {}) => ({
  seq,
  what: { kind: more.kind ?? ("put-rating" as const) },
  target: more.target ?? "a",
  attempts: more.attempts ?? 0,
  rejected: more.rejected ?? null,
  not_before: more.not_before ?? 0,
});

test("a verdict never told and then taken back is dropped, and nobody hears of it", () => {
  assert.deepEqual(planWithdraw([op(1)], false), { drop: [1], send: false });
});

test("a verdict whose try ended unseen is finished first, then taken back", () => {
  assert.deepEqual(planWithdraw([op(1, { attempts: 1 })], false), { drop: [], send: true });
});

test("a stored verdict is taken back; a change of it that was never told is dropped", () => {
  assert.deepEqual(planWithdraw([], true), { drop: [], send: true });
  assert.deepEqual(planWithdraw([op(2)], true), { drop: [2], send: true });
});

test("a refused verdict is dropped: the server has nothing of it", () => {
  assert.deepEqual(planWithdraw([op(1, { attempts: 1, rejected: refusal })], false), { drop: [1], send: false });
});

test("a new verdict replaces what was never told or was refused, and follows what may be known", () => {
  assert.deepEqual(planPut([op(1, { attempts: 2 }), op(2)]), { drop: [2], send: true });
  assert.deepEqual(planPut([op(1, { attempts: 1, rejected: refusal })]), { drop: [1], send: true });
});

test("each target goes in order, and one that waits or is refused holds up only its own", () => {
  const waiting = [op(4), op(1, { not_before: 50 }), op(2, { target: "b" }), op(3, { target: "b" }), op(5, { target: "c", attempts: 1, rejected: refusal }), op(6, { target: "c" })];
  assert.deepEqual(due(waiting, 10).map((each) => each.seq), [2]);
  assert.deepEqual(due(waiting, 50).map((each) => each.seq), [1, 2]);
});

test("a thread with a rating's id goes its own way: what is refused there holds up no rating", () => {
  const waiting = [op(1, { kind: "tell", attempts: 1, rejected: refusal }), op(2), op(3, { kind: "tell" })];
  assert.deepEqual(due(waiting, 10).map((each) => each.seq), [2]);
  assert.deepEqual(waiting.filter(isGiving).map((each) => each.seq), [2]);
});

test("it is looked again when the first may go; never for what is refused", () => {
  assert.equal(nextDue([op(1, { not_before: 70 }), op(2), op(3, { target: "b", not_before: 60 })]), 60);
  assert.equal(nextDue([op(1, { rejected: refusal }), op(2)]), null);
  assert.equal(nextDue([]), null);
});

const given = (more: Partial<GivenRating> = {}): GivenRating => ({
  id: "a",
  account: "me",
  item: { tool: "trac", host: "trac.example.org", key: "1", kind: "ticket", title: "One" },
  item_id: "trac",
  subject: { member: "ana" },
  direction: "service",
  handle: null,
  person: null,
  name: "Ana",
  verdict: "missed",
  cause: null,
  what_would_have_helped: null,
  revision: 3,
  known_to_server: true,
  stored: null,
  withdrawn: false,
  attribution: "pooled",
  shown_as: "pooled",
  release_on: "2030-02-01",
  released: false,
  given_at: "2030-01-10T12:00:00Z",
  changed_at: "2030-01-10T12:00:00Z",
  ...more,
});

test("rule 3: the server is told what was shown at the click", () => {
  assert.equal(asSent(given({ attribution: null })).attribution, "pooled");
  assert.equal(asSent(given({ shown_as: "open" })).attribution, "open");
  const { shown_as: _, ...before } = given();
  assert.equal(asSent(before).attribution, null);
});

test("rule 3: by name it is given anew, under another id, and with the line that was asked for", () => {
  const again = anew(given(), "b", "A date.", "2030-01-11T12:00:00Z");
  assert.deepEqual([again.id, again.revision, again.known_to_server, again.attribution, again.release_on], ["b", 1, false, null, null]);
  assert.deepEqual([asSent(again).attribution, asSent(again).what_would_have_helped], ["open", "A date."]);
  assert.equal(anew(given({ verdict: "met" }), "b", "Not asked for.", "2030-01-11T12:00:00Z").what_would_have_helped, null);
});

test("what was taken back is revived only as what it was, and before its date", () => {
  const withdrawn = given({ withdrawn: true });
  assert.equal(revivable(withdrawn, "pooled", "2030-01-31"), withdrawn);
  assert.equal(revivable(withdrawn, "pooled", "2030-02-01"), null);
  assert.equal(revivable(withdrawn, "open", "2030-01-31"), null);
  assert.equal(revivable(given(), "open", "2030-02-01")?.id, "a");
});
