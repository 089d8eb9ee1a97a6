/** The extension's matcher passes the URL vectors that the server's matcher passes too. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fitsPage, locateAs, matchUrl, type Sites } from "../../extension/src/shared/matcher.js";
import { fit, fitText } from "../../extension/src/shared/template.js";
import type { Tool } from "../../extension/src/shared/tool.js";

interface Vectors {
  tool: string;
  tools?: Tool[];
  sites: Sites;
  match: { why: string; url: string; host: string; key: string; kind: string; canonical: string }[];
  no_match: { why: string; url: string }[];
}

const folder = process.env["HANDCLASP_VECTORS"] ?? "shared-schemas/vectors";
const files = path.join(folder, "../tools");
const tools = readdirSync(files).map((name) => JSON.parse(readFileSync(path.join(files, name), "utf8")) as Tool);

for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
  const vectors = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Vectors;
  const known = vectors.tools ?? tools;
  for (const { why, url, host, key, kind, canonical } of vectors.match) {
    test(`${file}: ${why}`, () => {
      const expected = { tool: vectors.tool, host, key, kind, url: canonical };
      assert.deepEqual(matchUrl(url, known, vectors.sites), expected);
      assert.deepEqual(matchUrl(canonical, known, vectors.sites), expected);
    });
  }
  for (const { why, url } of vectors.no_match) {
    test(`${file}: no item: ${why}`, () => assert.equal(matchUrl(url, known, vectors.sites), null));
  }
}

test("a tool whose templates make no pattern hides no other", () => {
  const good = tools.find(({ id }) => id === "github");
  const [item] = good?.items ?? [];
  assert.ok(good !== undefined && item !== undefined);
  const broken = { ...good, id: "broken", items: [{ ...item, paths: ["/{x:alnum:201-}/**"] }] };
  const url = "https://github.com/pallets/flask/issues/12";
  assert.equal(matchUrl(url, [broken, good])?.tool, "github");
  assert.equal(locateAs(url, broken), null);
  assert.equal(fitsPage(url, { paths: ["/{x:alnum:201-}/**"] }), false);
});

test("the most that a template may leave open takes no time that anybody notices", () => {
  const texts: [template: string, text: string][] = [
    ["{*} {*} {title}!", " ".repeat(300)],
    ["{*} {*} {title}!", " ".repeat(2000)],
    ["{*}{*}{title}!", "a".repeat(300)],
    ["{a:word}{b:word}{c:word}!", "a".repeat(300)],
    ["{*}a{title}!", "a".repeat(2000)],
    ["{*}/{a:word}/{title}/{b:word}/!", "/a".repeat(999)],
  ];
  for (const [template, text] of texts) quick(template, () => fitText(text, template));
  const paths: [template: string, segments: string[]][] = [
    ["/{a}-{b}!/x", ["-".repeat(1990)]],
    ["/{a}-{b}-{c}/{d}-{e}-{f}/{g}-{h}-{i}/{j}-{k}-{l}/x", Array<string>(5).fill("-".repeat(390))],
    ["/**/{a}-{b}-{c}/**/{d}-{f}!", Array<string>(10).fill("-".repeat(190))],
    ["/{p:path}/a/{q:path}/b", Array<string>(999).fill("a")],
  ];
  for (const [template, segments] of paths) quick(template, () => fit(segments, template));
});

/** Far more than it takes (11 ms at most), and far less than it took when more could be left open (seconds). */
function quick(template: string, read: () => unknown): void {
  const start = performance.now();
  assert.equal(read(), null, template);
  assert.ok(performance.now() - start < 500, template);
}
