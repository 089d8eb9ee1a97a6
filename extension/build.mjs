/**
 * Builds dist/chrome and dist/firefox from one source. `node build.mjs` does both; no other input than this
 * folder and ../shared-schemas.
 */
import { build } from "esbuild";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { madeFromSchemas, writeTools } from "./tool-files.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const at = (...parts) => path.join(here, ...parts);
const json = async (...parts) => JSON.parse(await readFile(at(...parts), "utf8"));

const scripts = {
  background: at("src/background/main.ts"),
  panel: at("src/panel/main.tsx"),
  options: at("src/options/main.tsx"),
};

/**
 * In bytes, gzipped: every page of a granted site loads the doorman, one that is an item the buttons, too. Without the
 * tool files, of which a page gets only what it is to look for.
 */
const LARGEST = [
  { scripts: ["content.js"], bytes: 2_000 },
  { scripts: ["content.js", "button.js"], bytes: 12_000 },
];

const shared = (browser) => ({
  absWorkingDir: here,
  outdir: at("dist", browser),
  bundle: true,
  // One plain script each: content scripts and Firefox's background scripts are not modules.
  format: "iife",
  target: browser === "chrome" ? "chrome120" : "firefox147",
  jsx: "automatic",
  jsxImportSource: "preact",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
});

async function buildFor(browser) {
  const out = at("dist", browser);
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await build({ ...shared(browser), entryPoints: scripts, minifySyntax: true, plugins: [madeFromSchemas] });
  // Without the plugin: a content script that took in the index of all tools would not build.
  await build({ ...shared(browser), entryPoints: { content: at("src/content/main.ts"), button: at("src/content/button-main.ts"), form: at("src/content/form-main.ts") }, minify: true });
  for (const { scripts: names, bytes } of LARGEST) await checkSize(names.map((name) => path.join(out, name)), bytes);
  await writeTools(path.join(out, "tools"));
  const { version } = await json("package.json");
  const manifest = { ...(await json("manifest/base.json")), version, ...(await json(`manifest/${browser}.json`)) };
  await writeFile(path.join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const page of ["panel", "options"]) {
    await cp(at(`src/${page}/${page}.html`), path.join(out, `${page}.html`));
    await cp(at(`src/${page}/${page}.css`), path.join(out, `${page}.css`));
  }
  await cp(at("src/shared/tokens.css"), path.join(out, "tokens.css"));
  await cp(at("_locales"), path.join(out, "_locales"), { recursive: true });
  await mkdir(path.join(out, "icons"));
  for (const size of [16, 32, 48, 128]) await cp(at(`icons/${size}.png`), path.join(out, `icons/${size}.png`));
  await cp(at("icons/clasp.svg"), path.join(out, "icons/clasp.svg"));
}

async function checkSize(files, largest) {
  const size = gzipSync(Buffer.concat(await Promise.all(files.map((file) => readFile(file)))), { level: 9 }).length;
  if (size <= largest) return;
  const names = files.map((file) => path.relative(here, file)).join(" and ");
  throw new Error(`${names}: ${size} bytes gzipped, and may be ${largest}: pages load them. Take something out of src/content.`);
}

await Promise.all(["chrome", "firefox"].map(buildFor));
