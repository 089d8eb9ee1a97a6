/** Reads `{tools, sites, urls}` from standard input and writes what the extension's matcher takes each address for. */
import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const extension = fileURLToPath(new URL("../../extension", import.meta.url));
const { build } = createRequire(`${extension}/package.json`)("esbuild");

const out = await mkdtemp(path.join(tmpdir(), "handclasp-matcher-"));
try {
  const outfile = path.join(out, "matcher.mjs");
  await build({ entryPoints: [`${extension}/src/shared/matcher.ts`], bundle: true, format: "esm", outfile, logLevel: "warning" });
  const { matchUrl } = await import(pathToFileURL(outfile).href);
  const { tools, sites, urls } = JSON.parse(readFileSync(0, "utf8"));
  process.stdout.write(JSON.stringify(urls.map((url) => matchUrl(url, tools, sites))));
} finally {
  rmSync(out, { recursive: true, force: true });
}
