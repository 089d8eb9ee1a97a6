/** Addresses, times, names and items as they are shown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { newClickGuard } from "../../extension/src/content/click-guard.js";
import { firstName, providerOf, subjectFrom } from "../../extension/src/shared/handoff.js";
import { initials, itemLine, webItem } from "../../extension/src/shared/item-line.js";
import { isLoopback, patternOf, readAddress } from "../../extension/src/shared/server-address.js";
import { ago } from "../../extension/src/shared/times.js";

const origin = (typed: string, plainAllowed = false): string => {
  const read = readAddress(typed, plainAllowed);
  return read.ok ? read.origin : read.why;
};

test("a server's address is read as people type it", () => {
  assert.equal(origin(" handclasp.example.com "), "https://handclasp.example.com");
  assert.equal(origin("https://Handclasp.Example.com/console?x=1#y"), "https://handclasp.example.com");
  assert.equal(origin("https://me:secret@handclasp.example.com:8443"), "https://handclasp.example.com:8443");
  assert.equal(origin("127.0.0.1:8000"), "http://127.0.0.1:8000");
  assert.equal(origin("localhost:8000"), "http://localhost:8000");
  assert.equal(origin("http://[::1]:8000"), "http://[::1]:8000");
  assert.equal(origin("https://127.0.0.1:8000"), "https://127.0.0.1:8000");
});

test("plain http is taken on loopback only, unless it is a tool's own address", () => {
  assert.equal(origin("http://handclasp.example.com"), "not-encrypted");
  assert.equal(origin("http://127.0.0.1.example.com"), "not-encrypted");
  assert.equal(origin("http://trac.example.com", true), "http://trac.example.com");
});

test("what is no address is told", () => {
  assert.equal(origin("  "), "empty");
  for (const typed of ["foo bar", "ftp://example.com", "https://", "javascript://x", "http://:80"]) assert.equal(origin(typed), "not-an-address", typed);
});

test("loopback names never leave the machine", () => {
  for (const name of ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]"]) assert.ok(isLoopback(name), name);
  for (const name of ["localhost.example.com", "10.0.0.1", "127.0.0.1.example.com", "[::2]"]) assert.ok(!isLoopback(name), name);
});

test("Firefox's patterns carry no port", () => {
  assert.equal(patternOf("http://127.0.0.1:8000", false), "http://127.0.0.1:8000/*");
  assert.equal(patternOf("http://127.0.0.1:8000", true), "http://127.0.0.1/*");
});

test("times are told as people say them", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  const before = (milliseconds: number) => ago(now - milliseconds, now);
  assert.deepEqual(before(59_999), { unit: "now" });
  assert.deepEqual(before(-5_000), { unit: "now" });
  assert.deepEqual(before(60_000), { unit: "minutes", count: 1 });
  assert.deepEqual(before(3_599_999), { unit: "minutes", count: 59 });
  assert.deepEqual(before(3_600_000), { unit: "hours", count: 1 });
  assert.deepEqual(before(86_400_000), { unit: "days", count: 1 });
  assert.equal(before(7 * 86_400_000).unit, "date");
});

test("an item in one line", () => {
  const item = { tool: "trac", host: "trac.example.com", key: "env#1", kind: "ticket", title: "Export" };
  assert.equal(itemLine(item, "Trac"), "Trac · #1 Export");
  assert.equal(itemLine({ ...item, key: "/plan" }, null), "trac.example.com · Export");
});

test("any page as an item: nothing of its secrets", () => {
  assert.deepEqual(webItem("https://me:pw@docs.example.com:8443/d/1?token=x#y", "  The \n plan "), {
    tool: "web",
    host: "docs.example.com:8443",
    key: "/d/1",
    kind: "page",
    title: "The plan",
  });
  assert.equal(webItem("https://docs.example.com/", "")?.title, "docs.example.com");
  for (const address of ["about:blank", "file:///etc/passwd", "nonsense"]) assert.equal(webItem(address, "x"), null);
});

test("names in short", () => {
  assert.deepEqual(["Ana Ruiz", "Ana Maria Ruiz", "Ana", "  ", "éva Ősz"].map(initials), ["AR", "AR", "A", "", "ÉŐ"]);
  assert.equal(firstName(" Ana  Ruiz"), "Ana");
});

test("a provider is named only when there is exactly one", () => {
  const people = [
    { role: "owner", handle: "ana" },
    { role: "author", handle: "tomas" },
    { role: "author", handle: "mei" },
  ] as const;
  assert.equal(providerOf(people, "owner")?.handle, "ana");
  assert.equal(providerOf(people, "author"), null);
  assert.equal(providerOf(people, null), null);
  assert.deepEqual(subjectFrom({ role: "owner", handle: "ana", name: "Ana Ruiz" }), { handle: "ana", name: "Ana Ruiz" });
  assert.equal(subjectFrom({ role: "owner", name: "Ana Ruiz" }), null);
});

test("a click is meant when the pointer has moved since the pill opened, or has rested", () => {
  const guard = newClickGuard();
  guard.changed({ clientX: 10, clientY: 10, timeStamp: 1_000 });
  assert.equal(guard.means({ clientX: 11, clientY: 11, timeStamp: 1_050 }), false);
  assert.equal(guard.means({ clientX: 60, clientY: 10, timeStamp: 1_050 }), true);
  assert.equal(guard.means({ clientX: 10, clientY: 10, timeStamp: 1_400 }), true);
});
