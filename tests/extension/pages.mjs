/** Opens each page of pages/ in Chromium at its own address, and compares what the extension's reader finds in it. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const { build } = createRequire(at("../../extension/package.json"))("esbuild");

const reader = await build({
  stdin: {
    contents: `
      export { tools } from "./src/shared/bundled-tools.ts";
      export { matchUrl } from "./src/shared/matcher.ts";
      export { readHandoff, findAnchor } from "./src/content/read-page.ts";`,
    resolveDir: at("../../extension"),
  },
  bundle: true,
  format: "iife",
  globalName: "reader",
  write: false,
});

/** Runs in the page. */
function look(sites) {
  const { tools, matchUrl, readHandoff, findAnchor } = globalThis.reader;
  const match = matchUrl(location.href, tools, sites);
  const tool = tools.find(({ id }) => id === match?.tool);
  if (tool === undefined) return null;
  const found = findAnchor(tool);
  const anchor = tool.anchors.find(({ select, position }) => position === found?.position && document.querySelector(select) === found?.element);
  const marked = tool.self_hosted.some((selector) => document.querySelector(selector) !== null);
  return { ...readHandoff(tool, match), anchor: anchor && `${anchor.select} ${anchor.position}`, marked };
}

const browser = await puppeteer.launch({
  executablePath: process.argv[2],
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
let failures = 0;
try {
  for (const [name, expected] of Object.entries(JSON.parse(await readFile(at("pages/pages.json"), "utf8")))) {
    const page = await browser.newPage();
    await page.setRequestInterception(true);
    const body = await readFile(at(`pages/${name}`), "utf8");
    page.on("request", (request) =>
      void (request.isNavigationRequest() ? request.respond({ contentType: "text/html; charset=utf-8", body }) : request.abort()),
    );
    await page.goto(expected.url);
    await page.evaluate(`${reader.outputFiles[0].text};globalThis.reader=reader`);
    const { item, people, anchor } = expected;
    const found = await page.evaluate(look, expected.sites);
    const byRole = (list) => [...(list ?? [])].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
    try {
      assert.deepEqual({ ...found, people: byRole(found?.people) }, { item, people: byRole(people), anchor, marked: expected.marked ?? true });
      console.log(`ok ${name}`);
    } catch (error) {
      failures += 1;
      console.log(`not ok ${name}\n${error.message}`);
    }
    await page.close();
  }
} finally {
  await browser.close();
}
process.exitCode = failures === 0 ? 0 : 1;
