/**
 * What the build makes of ../shared-schemas: the tool files as data beside the scripts, an index of them, and the
 * check of tool.schema.json as plain code (browsers let no extension make code at run time).
 */
import Ajv2020 from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const schemas = fileURLToPath(new URL("../shared-schemas", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));

/** Every bundled tool file as it is written, by id. */
export async function readTools() {
  const folder = path.join(schemas, "tools");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(path.join(folder, name), "utf8"))));
}

/** A tool file without what only its keepers read. */
export function lean({ $schema: _, verified: __, ...tool }) {
  return withoutWhy(tool);
}

/** Names of query keys are the tool's own: one of them may be called "why". */
const OWN_NAMES = new Set(["query", "fragment_query", "same_host"]);

function withoutWhy(value) {
  if (Array.isArray(value)) return value.map(withoutWhy);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([name]) => name !== "why");
  return Object.fromEntries(kept.map(([name, each]) => [name, OWN_NAMES.has(name) ? each : withoutWhy(each)]));
}

/** Sorted keys, no spaces: the twin of `canonical` in server/handclasp/tools/own.py, so that both name a file alike. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}

/** What scripts know of every bundled tool without its file: src/shared/tool-index.ts has the form. */
async function index() {
  return (await readTools()).map((tool) => ({
    id: tool.id,
    name: tool.name,
    hosts: tool.hosts,
    markers: tool.self_hosted,
    frames: tool.frames === true,
    digest: createHash("sha256").update(canonical(tool)).digest("hex"),
  }));
}

/** tool.schema.json as a function: true for what keeps to it. */
async function validator() {
  const schema = JSON.parse(await readFile(path.join(schemas, "tool.schema.json"), "utf8"));
  const ajv = new Ajv2020({ code: { source: true, esm: true }, strictTypes: false, strictRequired: false, allErrors: false });
  return standalone(ajv, ajv.compile(schema));
}

const MADE = {
  "handclasp:tool-index": async () => ({ contents: JSON.stringify(await index()), loader: "json" }),
  "handclasp:tool-validator": async () => ({ contents: await validator(), loader: "js", resolveDir: here }),
};

/** Lets scripts import what is made here. */
export const madeFromSchemas = {
  name: "made from shared-schemas",
  setup(build) {
    build.onResolve({ filter: /^handclasp:/ }, ({ path: name }) => ({ path: name, namespace: "made" }));
    build.onLoad({ filter: /.*/, namespace: "made" }, ({ path: name }) => MADE[name]());
  },
};

/** Writes every tool file into `folder`, as small as it goes. */
export async function writeTools(folder) {
  await mkdir(folder, { recursive: true });
  await Promise.all((await readTools()).map((tool) => writeFile(path.join(folder, `${tool.id}.json`), JSON.stringify(lean(tool)))));
}
