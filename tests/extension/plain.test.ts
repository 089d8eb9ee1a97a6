/** Text from a page, cut to what can be kept. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plain } from "../../extension/src/shared/plain.js";

test("white space is folded and nothing is null", () => {
  assert.equal(plain("  two \n\t words ", 50), "two words");
  assert.equal(plain(" \n ", 50), null);
  assert.equal(plain(undefined, 50), null);
});

test("a cut never leaves half a character", () => {
  assert.equal(plain("abc🤝", 4), "abc");
  assert.equal(plain("abc🤝", 5), "abc🤝");
});
