/** The extension's matcher passes the URL vectors that the server's matcher passes too. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { matchUrl, type Sites } from "../../extension/src/shared/matcher.js";
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
