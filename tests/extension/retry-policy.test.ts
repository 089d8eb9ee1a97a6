/** What becomes of an operation after a try. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { askedWait, decide, wait } from "../../extension/src/background/retry-policy.js";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const answer = (status: number, retryAfter: string | null = null) => ({ kind: "answer", status, retryAfter }) as const;

test("only a 2xx ends it", () => {
  for (const status of [200, 201, 204]) assert.deepEqual(decide(answer(status), 1, NOW, 0), { kind: "done" });
  for (const status of [100, 301, 304, 400, 401, 404, 409, 422, 429, 500, 503]) {
    assert.notEqual(decide(answer(status), 1, NOW, 0).kind, "done");
  }
});

test("what may pass is tried again", () => {
  for (const status of [408, 425, 429, 500, 502, 503, 504, 302]) assert.equal(decide(answer(status), 1, NOW, 0).kind, "retry");
  assert.equal(decide({ kind: "no-answer" }, 1, NOW, 0).kind, "retry");
});

test("a 401 waits for a sign-in, any other 4xx is refused", () => {
  assert.deepEqual(decide(answer(401), 1, NOW, 0), { kind: "sign-in" });
  for (const status of [400, 403, 404, 409, 410, 413, 422]) assert.deepEqual(decide(answer(status), 1, NOW, 0), { kind: "reject" });
});

test("waits double from one second to five minutes, half of it by chance", () => {
  assert.deepEqual([1, 2, 3, 4].map((attempts) => wait(attempts, 1)), [1_000, 2_000, 4_000, 8_000]);
  assert.deepEqual([1, 2, 3, 4].map((attempts) => wait(attempts, 0)), [500, 1_000, 2_000, 4_000]);
  assert.equal(wait(50, 1), 300_000);
  assert.equal(wait(5_000, 1), 300_000);
});

test("Retry-After is honoured, in seconds and as a date, and never shortens a wait", () => {
  assert.deepEqual(decide(answer(503, "120"), 1, NOW, 0), { kind: "retry", at: NOW + 120_000 });
  assert.deepEqual(decide(answer(429, "Sun, 22 Nov 2026 12:00:30 GMT"), 1, NOW, 0), { kind: "retry", at: NOW + 30_000 });
  assert.deepEqual(decide(answer(503, "1"), 5, NOW, 1), { kind: "retry", at: NOW + 16_000 });
});

test("a senseless Retry-After asks for nothing, an endless one for an hour", () => {
  for (const text of [null, "", "soon", "-5", "Sun, 22 Nov 2020 12:00:00 GMT", "1e9"]) assert.equal(askedWait(text, NOW), 0, String(text));
  assert.equal(askedWait("999999999999", NOW), 3_600_000);
});
