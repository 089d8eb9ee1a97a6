/**
 * Opens each page of pages/<tool>/ in Chromium at its own address, and compares what the extension's reader finds in it
 * with pages/<tool>/expected.json. `node pages.mjs [tool ...]`
 */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { program } from "../e2e/chromium.mjs";

const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const json = async (name) => JSON.parse(await readFile(at(name), "utf8"));
const { build } = createRequire(at("../../extension/package.json"))("esbuild");

const TOOLS = "../../shared-schemas/tools";

const reader = await build({
  stdin: {
    contents: `
      export { pageAt } from "./src/background/pages.ts";
      export { HOOKS } from "./src/background/hooks.ts";
      export { placesIn, readHandoff, findAnchor } from "./src/content/read-page.ts";
      export { selectAll } from "./src/content/select.ts";`,
    resolveDir: at("../../extension"),
  },
  bundle: true,
  format: "iife",
  globalName: "reader",
  write: false,
});

/** Runs in the page: everything the reader finds, and which of all tools' markers and first places select something. */
function look(tools, id, sites) {
  const { pageAt, HOOKS, placesIn, readHandoff, findAnchor, selectAll } = globalThis.reader;
  const selects = ({ select }) => selectAll(document, select).length > 0;
  const isBad = (selector) => {
    try {
      for (const part of selector.replace(/\{[a-z_]+\}/g, "x").split(" >>> ")) document.createDocumentFragment().querySelector(part);
      return false;
    } catch {
      return true;
    }
  };
  const tool = tools.find((each) => each.id === id);
  const ask = (url) => pageAt(url, { url: location.href }, { tools, sites });
  let told = ask(location.href);
  if (told.hook !== null) told = ask(new URL(HOOKS[told.hook]() ?? "", location.href).href);
  const found = (told.sheet === null ? [] : placesIn(told.sheet)).map((place) => {
    const { scope } = place;
    const seen = findAnchor(place);
    const anchor = tool.anchors.find(
      ({ select, position }) => position === seen?.position && selectAll(scope(), select).includes(seen.element),
    );
    return { ...readHandoff(place), anchor: anchor === undefined ? null : `${anchor.select} ${anchor.position}` };
  });
  const provider = tool.items.find(({ kind }) => kind === found[0]?.item.kind)?.provider;
  const places = [...tool.title, ...tool.anchors, ...Object.values(tool.people).flat()];
  return {
    found,
    marks: tools.filter(({ self_hosted: all }) => all.some((select) => selects({ select }))).map((each) => each.id),
    firstFound: {
      title: tool.title.length > 0 && selects(tool.title[0]),
      anchors: tool.anchors.length > 0 && selects(tool.anchors[0]),
      people: (tool.people[provider] ?? []).length > 0 && selects(tool.people[provider][0]),
    },
    bad: [...places.map(({ select }) => select), ...tool.self_hosted, ...tool.items.flatMap((item) => [...(item.within ?? []), ...(item.each ? [item.each.select] : [])])].filter(isBad),
  };
}

const byText = (list) => [...(list ?? [])].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));

function compare(tool, expected, { found, marks, firstFound, bad }) {
  assert.deepEqual(bad, [], "every selector is one");
  const wanted = (expected.items ?? [expected]).map(({ item, people, anchor }) => ({
    item: { tool: tool.id, ...item },
    people: byText(people),
    anchor: anchor ?? null,
  }));
  assert.deepEqual(found.map((each) => ({ ...each, people: byText(each.people) })), wanted);
  if (expected.redesigned === true) {
    assert.deepEqual(firstFound, { title: false, anchors: false, people: false }, "a redesigned page has none of the first places");
  }
  assert.deepEqual(marks.filter((id) => id !== tool.id), [], "no other tool's markers select anything in it");
  const marked = expected.marked ?? (expected.redesigned === true ? marks.includes(tool.id) : tool.self_hosted.length > 0);
  assert.equal(marks.includes(tool.id), marked, "the tool's own markers select something in it");
}

const tools = await Promise.all((await readdir(at(TOOLS))).filter((name) => name.endsWith(".json")).map((name) => json(`${TOOLS}/${name}`)));
const asked = process.argv.slice(2);
const folders = (await readdir(at("pages"), { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
const chosen = folders.filter((name) => asked.length === 0 || asked.includes(name)).sort();

const browser = await puppeteer.launch({
  executablePath: program("chromium"),
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
let failures = 0;
let pages = 0;
try {
  const page = await browser.newPage();
  let body = "";
  await page.setRequestInterception(true);
  page.on("request", (request) =>
    void (request.isNavigationRequest() && request.frame() === page.mainFrame()
      ? request.respond({ contentType: "text/html; charset=utf-8", body })
      : request.abort()),
  );
  for (const id of chosen) {
    const tool = tools.find((each) => each.id === id);
    for (const [name, expected] of Object.entries(await json(`pages/${id}/expected.json`))) {
      pages += 1;
      try {
        assert.ok(tool, `there is no tool file ${id}.json`);
        body = await readFile(at(`pages/${id}/${name}`), "utf8");
        // A change of the fragment alone would be no new page.
        await page.goto("about:blank");
        await page.goto(expected.url);
        await page.evaluate(`${reader.outputFiles[0].text};globalThis.reader=reader`);
        compare(tool, expected, await page.evaluate(look, tools, id, expected.sites ?? {}));
        console.log(`ok ${id}/${name}`);
      } catch (error) {
        failures += 1;
        console.log(`not ok ${id}/${name}\n${error.message}`);
      }
    }
  }
} finally {
  await browser.close();
}
console.log(`${pages} pages of ${chosen.length} tools, ${failures} not as expected`);
process.exitCode = failures === 0 && pages > 0 ? 0 : 1;
