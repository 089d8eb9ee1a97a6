/**
 * Which tool files from the organisation's server may be used. The server has checked it, too; but what reads pages
 * here is only what was found good here. Pure.
 */
import validate from "handclasp:tool-validator";
import type { ItemPattern, Tool } from "../shared/tool.js";
import type { OwnToolFile } from "./store.js";

/** Of one file as JSON, in characters; the server takes no larger one either. */
export const LARGEST_FILE = 64 * 1024;
/** Files of one organisation. */
export const MOST_FILES = 300;

const NAMED = /\{([a-z][a-z_]*)(?::[a-z]+(?::\d+-?)?)?\}/g;

/** True for a tool file that keeps to the format, and to what the format cannot say. */
export function isUsable(file: unknown): file is Tool {
  return JSON.stringify(file).length <= LARGEST_FILE && validate(file) && file.items.every((item) => isWhole(item, file));
}

/** Every name its outputs take is given by each way its templates can fit, and its provider can be looked for. */
function isWhole(item: ItemPattern, { people }: Tool): boolean {
  const asked = [...Object.values(item.query ?? {}), ...Object.values(item.fragment_query ?? {})].flatMap(namesIn);
  const always = item.each === undefined ? asked : [...asked, "each"];
  const fragments = item.fragment ?? [""];
  const taken = [item.key, item.url, ...(item.within ?? [])].flatMap(namesIn);
  const ways = item.paths.flatMap((path) => fragments.map((fragment) => new Set([...always, ...namesIn(path), ...namesIn(fragment)])));
  return item.provider in people && ways.every((given) => taken.every((name) => given.has(name)));
}

function namesIn(text: string): string[] {
  return [...text.matchAll(NAMED)].map(([, name = ""]) => name);
}

/** What is used of what the server has: what is good, and the last good one of what is not. */
export async function chosenFrom(files: readonly unknown[], before: ReadonlyMap<string, OwnToolFile>): Promise<OwnToolFile[]> {
  const chosen = new Map<string, OwnToolFile>();
  for (const file of files.slice(0, MOST_FILES)) {
    const good = isUsable(file) ? { id: file.id, digest: await digestOf(file), file } : before.get(idOf(file));
    if (good !== undefined && !chosen.has(good.id)) chosen.set(good.id, good);
  }
  return [...chosen.values()];
}

function idOf(file: unknown): string {
  const id: unknown = file !== null && typeof file === "object" && "id" in file ? file.id : null;
  return typeof id === "string" ? id : "";
}

/** The file's SHA-256 (hexadecimal) in its canonical form: the server names the same file alike. */
export async function digestOf(file: Tool): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(file)));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** JSON with sorted keys and without spaces. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join()}}`;
}
