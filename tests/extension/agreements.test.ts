/** What I did to an agreement or a thread, as it looks before the server has it; what is due soon; what is listed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asAnswered, asProposed, asSaid, daysBetween, isDueSoon, isOpen, later, localDate, merged } from "../../extension/src/shared/agreements.js";
import type { Expectation, Person, Repair } from "../../extension/src/shared/api.js";

const ana: Person = { id: "a", name: "Ana Ruiz", team: null };
const tomas: Person = { id: "t", name: "Tomas Lindqvist", team: null };
const NOW = "2026-11-22T10:00:00Z";

const asked: Expectation = {
  ...asProposed("e", tomas, ana, { revision: 1, provider: { member: "a" }, item: null, need: "The numbers", due: "2026-12-01" }, null, NOW),
  mine: "provider",
  may: ["accept", "counter", "decline"],
};

test("a proposal shows at once, without anything that can be done about it until the server has it", () => {
  const shown = asProposed("e", tomas, ana, { revision: 2, provider: { member: "a" }, need: "Other numbers" }, { ...asked, proposed_at: "2026-11-20T10:00:00Z" }, NOW);
  assert.deepEqual([shown.state, shown.mine, shown.revision, shown.due, shown.may], ["proposed", "customer", 2, null, []]);
  assert.equal(shown.proposed_at, "2026-11-20T10:00:00Z");
  assert.equal(shown.changed_at, NOW);
});

test("each answer shows where it leads", () => {
  assert.equal(asAnswered(asked, { action: "accept" }, NOW).state, "accepted");
  const no = asAnswered(asked, { action: "decline", reason: "Quarter end", alternative: "On Thursday" }, NOW);
  assert.deepEqual([no.state, no.reason, no.alternative], ["declined", "Quarter end", "On Thursday"]);
  assert.equal(no.honest, false, "whether a no came in time is for the server to say");
  const done = asAnswered({ ...asked, mine: "customer" }, { action: "done", kept: false }, NOW);
  assert.deepEqual([done.state, done.kept], ["done", false]);
  assert.equal(asAnswered(asked, { action: "withdraw" }, NOW).state, "withdrawn");
  assert.deepEqual(asAnswered(asked, { action: "accept" }, NOW).may, []);
});

test("another way keeps what it leaves as asked, and holds once it is taken", () => {
  const other = asAnswered(asked, { action: "counter", need: "Half of the numbers" }, NOW);
  assert.deepEqual(other.counter, { need: "Half of the numbers", due: "2026-12-01" });
  assert.equal(other.need, "The numbers");
  const taken = asAnswered({ ...other, mine: "customer" }, { action: "accept_counter" }, NOW);
  assert.deepEqual([taken.state, taken.need, taken.counter, taken.countered], ["accepted", "Half of the numbers", null, true]);
});

test("a message is in its thread once, however often it is said", () => {
  const thread: Repair = { id: "r", state: "open", customer: tomas, provider: ana, item: null, messages: [], opened_at: NOW, changed_at: NOW, mine: "provider", may: ["say"] };
  const once = asSaid(thread, { id: "m", text: "From Monday on." }, ana, NOW);
  assert.deepEqual(once.messages.map(({ author, text }) => [author.id, text]), [["a", "From Monday on."]]);
  assert.equal(asSaid(once, { id: "m", text: "From Monday on." }, ana, NOW).messages.length, 1);
});

test("due soon is three days ahead, or past; what has ended is not due", () => {
  const due = (day: string | null, state: Expectation["state"] = "accepted"): boolean => isDueSoon({ state, due: day }, "2026-11-29");
  assert.deepEqual([due("2026-12-02"), due("2026-12-03"), due("2026-11-01"), due(null)], [true, false, true, false]);
  assert.equal(due("2026-11-29", "declined"), false);
  assert.deepEqual((["proposed", "countered", "done", "withdrawn"] as const).map((state) => isOpen({ state })), [true, true, false, false]);
});

test("days are counted by the calendar, also where the clocks change", () => {
  assert.equal(daysBetween("2026-03-28", "2026-03-30"), 2);
  assert.equal(daysBetween("2026-12-31", "2027-01-01"), 1);
  assert.equal(daysBetween("2026-12-02", "2026-12-01"), -1);
  assert.equal(localDate(new Date(2026, 0, 5, 23, 59)), "2026-01-05");
});

test("the later account of a thing counts, and of two alike the first", () => {
  const older = { changed_at: "2026-11-22T10:00:00Z", from: "list" };
  assert.equal(later(older, { changed_at: "2026-11-22T10:00:01Z", from: "answer" }).from, "answer");
  assert.equal(later(older, { changed_at: "2026-11-22T10:00:00Z", from: "answer" }).from, "list");
  assert.equal(later(older, null).from, "list");
});

test("a fresh first page keeps the pages that were opened after it", () => {
  const ids = merged([{ id: "new" }, { id: "1" }], [{ id: "1" }, { id: "2" }]).map(({ id }) => id);
  assert.deepEqual(ids, ["new", "1", "2"]);
});
