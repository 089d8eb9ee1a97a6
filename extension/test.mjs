/** Runs tests/extension/*.test.ts: bundled like the extension itself, then under node's own test runner. */
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { madeFromSchemas } from "./tool-files.mjs";

const tests = fileURLToPath(new URL("../tests/extension", import.meta.url));
const out = mkdtempSync(path.join(tmpdir(), "handclasp-tests-"));
try {
  await build({
    entryPoints: readTests(),
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    plugins: [madeFromSchemas],
    logLevel: "warning",
  });
  const files = readTests().map((file) => path.join(out, `${path.basename(file, ".ts")}.mjs`));
  // Without the flag Node 20's URL.canParse, called often, takes no more letters outside ASCII. Browsers have no such fault.
  const run = spawnSync(process.execPath, ["--no-turbo-fast-api-calls", "--enable-source-maps", "--test", ...files], {
    stdio: "inherit",
    env: { ...process.env, HANDCLASP_VECTORS: fileURLToPath(new URL("../shared-schemas/vectors", import.meta.url)) },
  });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}

function readTests() {
  return readdirSync(tests)
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => path.join(tests, name));
}
