/** What is taken of the tool files an organisation's server hands out, and what is told of pages that cannot be read. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { cleaned, isDue, isToBeAsked, met } from "../../extension/src/background/breakage-rules.js";
import type { KeptBreakage, OwnToolFile } from "../../extension/src/background/store.js";
import { chosenFrom, digestOf, isUsable, LARGEST_FILE, MOST_FILES } from "../../extension/src/background/tool-check.js";
import { bundledIndex } from "../../extension/src/shared/tool-index.js";
import type { Tool } from "../../extension/src/shared/tool.js";

const folder = path.join(process.env["HANDCLASP_VECTORS"] ?? "shared-schemas/vectors", "../tools");
const trac = JSON.parse(readFileSync(path.join(folder, "trac.json"), "utf8")) as Tool;
const [ticket] = trac.items;
if (ticket === undefined) throw new Error("the Trac file has no item");

test("a good file is usable, and every bundled one is", () => {
  assert.ok(isUsable(trac));
  for (const { id } of bundledIndex) assert.ok(isUsable(JSON.parse(readFileSync(path.join(folder, `${id}.json`), "utf8"))), id);
});

test("what breaks the format is not used", () => {
  const broken: [string, unknown][] = [
    ["nothing", null],
    ["a text", "trac"],
    ["no items", { ...trac, items: [] }],
    ["a host that is an address", { ...trac, hosts: ["https://trac.example.org"] }],
    ["a host that is everything", { ...trac, hosts: ["*"] }],
    ["something more", { ...trac, script: "alert(1)" }],
    ["a regular expression for a template", { ...trac, items: [{ ...ticket, paths: ["/(?<n>.*)"] }] }],
    ["an unknown reader", { ...trac, title: [{ select: "h1", read: "innerHTML" }] }],
    ["an id that could be a path", { ...trac, id: "../trac" }],
  ];
  for (const [why, file] of broken) assert.ok(!isUsable(file), why);
});

test("what a schema cannot say is checked, too", () => {
  assert.ok(!isUsable({ ...trac, items: [{ ...ticket, key: "{base}#{nothing}" }] }), "a key of a name that no template gives");
  assert.ok(!isUsable({ ...trac, items: [{ ...ticket, paths: ["/ticket/{number:int}"] }] }), "a name that one of the templates does not give");
  assert.ok(!isUsable({ ...trac, items: [{ ...ticket, within: ["#t{other}"] }] }), "a place of a name that no template gives");
  assert.ok(!isUsable({ ...trac, items: [{ ...ticket, provider: "reviewer" }] }), "a provider nobody can be read for");
  assert.ok(isUsable({ ...trac, items: [{ ...ticket, query: { view: "{view:word}" }, key: "{base}#{number}{view}" }] }));
});

test("what would keep a page at work, or makes no pattern, is not used", () => {
  const path = "/{base:path}/ticket/{number:int}";
  const refused: [string, object][] = [
    ["a title that leaves much open", { document_title: ["{*} {*} {*} {*} {*} {*} {*} {title}!"] }],
    ["fixed lengths anywhere", { document_title: ["{*}{a:alnum:150}{title}{b:alnum:200}!"] }],
    ["a value that leaves much open", { items: [{ ...ticket, query: { q: "{*}a{*}b{*}c{*}d" } }] }],
    ["the same in a fragment", { items: [{ ...ticket, fragment_query: { q: "{*}a{*}b{*}c{*}d" } }] }],
    ["a segment that leaves much open", { items: [{ ...ticket, paths: [`${path}/{a}-{b}-{c}!`] }] }],
    ["the same in what is no item", { items: [{ ...ticket, except: ["/{a}-{b}-{c}!"] }] }],
    ["the same in a hook", { hooks: [{ name: "canonical-link", paths: ["/{a}-{b}-{c}!"] }] }],
    ["many parts of any number of segments", { items: [{ ...ticket, paths: [`/**/x/**${path}`] }] }],
    ["a path inside a segment", { items: [{ ...ticket, paths: ["/{base:path}-x/ticket/{number:int}"] }] }],
    ["a reader's path", { people: { ...trac.people, author: [{ select: "a", handle: { href: "/{a}-{b}-{value}!" } }] } }],
    ["a reader's text", { people: { ...trac.people, author: [{ select: "a", name: { text: ["{*}a{*}b{*}c{value}d"] } }] } }],
    ["an attribute's text", { title: [{ select: "a", read: { attribute: "title", like: ["{*}a{*}b{*}c{value}d"] } }] }],
    ["a length that no value may have", { items: [{ ...ticket, paths: [`${path}/{x:alnum:201-}`] }] }],
    ["the same in a query", { items: [{ ...ticket, query: { q: "{x:alnum:201-}" } }] }],
    ["no length", { items: [{ ...ticket, paths: [`${path}/{x:alnum:0-}`] }] }],
    ["a length of what has none", { items: [{ ...ticket, paths: [`${path}/{x:int:5}`] }] }],
  ];
  for (const [why, change] of refused) assert.ok(!isUsable({ ...trac, ...change }), why);
  assert.ok(isUsable({ ...trac, document_title: ["{*} #{n:int}: [{key:code}] ({id:hex:8}) {title} - {*} - {*}"] }));
});

test("a tool keeps to its own hosts, and its items have keys of their own", () => {
  assert.ok(!isUsable({ ...trac, items: [{ ...ticket, key: "ticket" }] }), "a key that is always the same");
  assert.ok(!isUsable({ ...trac, hosts: ["*.com"] }), "hosts of everybody");
  assert.ok(!isUsable({ ...trac, hosts: ["*.co.uk"] }), "hosts of everybody in a country");
  assert.ok(!isUsable({ ...trac, same_host: { "trac.edgewall.org": "github.com" } }), "identity of another's host");
  assert.ok(isUsable({ ...trac, hosts: ["*.example.org"], same_host: { "*.m.example.org": "*.example.org", "old.example.org": "www.example.org" } }));
});

test("a file that is too large is not used", () => {
  const places = Array.from({ length: 20 }, (_, n) => ({ select: `#${"x".repeat(250)}${n}`, position: "after" as const, why: "y".repeat(300) }));
  const people = Object.fromEntries(["author", "assignee", "reviewer", "owner", "me"].map((role) => [role, places.map(({ select, why }) => ({ select, why, name: "text" }))]));
  const large = { ...trac, anchors: places, people };
  assert.ok(JSON.stringify(large).length > LARGEST_FILE);
  assert.ok(!isUsable(large));
});

test("a bad file leaves the last good one of its id in force; one that is gone is gone", async () => {
  const before = new Map(await kept({ ...trac, name: "Good Trac" }, { ...trac, id: "gone" }));
  const chosen = await chosenFrom([{ ...trac, items: [] }, { ...trac, id: "new" }, { ...trac, id: "new", name: "Second" }, { id: "new" }, { id: 7 }, null], before);
  assert.deepEqual(chosen.map(({ id, file }) => [id, file.name]), [["trac", "Good Trac"], ["new", "Trac"]]);
});

test("of more files than an organisation may have, no more are taken", async () => {
  const many = Array.from({ length: MOST_FILES + 5 }, (_, n) => ({ ...trac, id: `tool-${n}` }));
  assert.equal((await chosenFrom(many, new Map())).length, MOST_FILES);
});

test("a file's digest depends on what it says, not on the order", async () => {
  const turned = Object.fromEntries(Object.entries(trac).reverse()) as unknown as Tool;
  assert.equal(await digestOf(turned), await digestOf(trac));
  assert.notEqual(await digestOf({ ...trac, name: "Träc" }), await digestOf(trac));
  // As the server makes it: sorted keys, no spaces, and no escapes but JSON's own.
  const small = { b: ["é", 1, true], a: { d: null, c: "“" } } as unknown as Tool;
  assert.equal(await digestOf(small), createHash("sha256").update('{"a":{"c":"“","d":null},"b":["é",1,true]}').digest("hex"));
  assert.equal(bundledIndex.find(({ id }) => id === "trac")?.digest, await digestOf(trac), "the build names it alike");
});

test("of a broken page only parts that the tool's file has are kept", () => {
  const failed = ["#/title/0", "#/anchors/1", "#/anchors/1", "#/people/owner/0", "#/people/me", "#/anchors/99", "#/nobody/0", "#/title/0/select", "https://trac.example.org/ticket/1", 7];
  assert.deepEqual(cleaned(failed, trac), ["#/anchors/1", "#/people/me", "#/people/owner/0", "#/title/0"]);
  assert.deepEqual(cleaned(["#/people/reviewer"], trac), [], "a role the file does not have");
});

test("a breakage is asked about until it is answered, and again the next day after a not now", () => {
  const first = broken("2026-11-23");
  assert.ok(isToBeAsked(first, "2026-11-23"));
  assert.ok(!isToBeAsked({ ...first, declined_on: "2026-11-23" }, "2026-11-23"));
  assert.ok(isToBeAsked({ ...first, declined_on: "2026-11-23" }, "2026-11-24"));
  assert.ok(!isToBeAsked({ ...first, agreed: true }, "2026-11-23"));
  assert.ok(!isToBeAsked({ ...first, told_on: "2026-11-01" }, "2026-11-23"));
});

test("it is told only with consent, once a day, and only for days on which it was met", () => {
  const first = broken("2026-11-23");
  assert.ok(!isDue(first, "ask", "2026-11-23"));
  assert.ok(isDue({ ...first, agreed: true }, "ask", "2026-11-23"));
  assert.ok(!isDue({ ...first, agreed: true }, "never", "2026-11-23"));
  assert.ok(!isDue({ ...first, agreed: true, told_on: "2026-11-23" }, "ask", "2026-11-23"));
  assert.ok(isDue(first, "always", "2026-11-23"));
  assert.ok(!isDue({ ...first, told_on: "2026-11-23" }, "always", "2026-11-23"));
  assert.ok(!isDue({ ...first, told_on: "2026-11-23" }, "always", "2026-11-24"), "not met since");
  assert.ok(isDue({ ...met({ ...first, told_on: "2026-11-23" }, first, "2026-11-24") }, "always", "2026-11-24"));
});

test("when other parts fail than before, it is another question", () => {
  const told = { ...broken("2026-11-23"), told_on: "2026-11-23" };
  assert.equal(met(told, told, "2026-11-24").told_on, "2026-11-23");
  assert.equal(met(told, { ...told, failed: ["#/title/0"] }, "2026-11-24").told_on, null);
});

function broken(day: string): KeptBreakage {
  return met(null, { account: "a", tool: "trac", digest: "d", kind: "ticket", bundled: true, failed: ["#/anchors/0"] }, day);
}

async function kept(...files: Tool[]): Promise<[string, OwnToolFile][]> {
  return Promise.all(files.map(async (file): Promise<[string, OwnToolFile]> => [file.id, { id: file.id, digest: await digestOf(file), file }]));
}
