/**
 * Which tool files from the organisation's server may be used. The server has checked it, too; but what reads pages
 * here is only what was found good here. Pure.
 */
import { sha256 } from "./digest.js";
import validate from "handclasp:tool-validator";
import { hostFits } from "../shared/matcher.js";
import { compiledPath, compiledText, looseHoles, openParts } from "../shared/template.js";
import type { ItemPattern, Reader, Tool } from "../shared/tool.js";
import type { OwnToolFile } from "./store.js";

/** Of one file as JSON, in characters; the server takes no larger one either. */
export const LARGEST_FILE = 64 * 1024;
/** Files of one organisation. */
export const MOST_FILES = 300;

const NAMED = /\{([a-z][a-z_]*)(?::[a-z]+(?::\d+-?)?)?\}/g;

const MOST_OPEN_PARTS = 2;
const MOST_LOOSE_IN_SEGMENT = 2;
/** More, and a long title or address made for it would hold a page up. */
const MOST_LOOSE_IN_TEXT = 3;
/** Below which strangers have their hosts. Not all of them: these are the likely slips. */
const PUBLIC_SUFFIX = /^(?:(?:ac|co|com|edu|go|gov|ne|net|or|org)\.[a-z]{2}|[^.]+)$/;

/** True for a tool file that keeps to the format, and to what the format cannot say. */
export function isUsable(file: unknown): file is Tool {
  return JSON.stringify(file).length <= LARGEST_FILE && validate(file) && file.items.every((item) => isWhole(item, file)) && hasOwnHosts(file) && isQuick(file);
}

/** Every name its outputs take is given by each way its templates can fit, its key takes one, and its provider can be looked for. */
function isWhole(item: ItemPattern, { people }: Tool): boolean {
  const asked = [...Object.values(item.query ?? {}), ...Object.values(item.fragment_query ?? {})].flatMap(namesIn);
  const always = item.each === undefined ? asked : [...asked, "each"];
  const fragments = item.fragment ?? [""];
  const taken = [item.key, item.url, ...(item.within ?? [])].flatMap(namesIn);
  const ways = item.paths.flatMap((path) => fragments.map((fragment) => new Set([...always, ...namesIn(path), ...namesIn(fragment)])));
  return Object.hasOwn(people, item.provider) && namesIn(item.key).length > 0 && ways.every((given) => taken.every((name) => given.has(name)));
}

/** No hosts that are strangers' too, and no identity of a host that is not the tool's. */
function hasOwnHosts({ hosts, same_host: same = {} }: Tool): boolean {
  const isOfStrangers = (host: string): boolean => host.startsWith("*.") && PUBLIC_SUFFIX.test(host.slice(2));
  const isOwn = ([shown, meant]: [string, string]): boolean =>
    hosts.some((host) => hostFits(meant, host)) && (!meant.startsWith("*.") || shown.startsWith("*."));
  return !hosts.some(isOfStrangers) && Object.entries(same).every(isOwn);
}

/** Every template makes a pattern, and none that a hostile text could keep at work. */
function isQuick(tool: Tool): boolean {
  const patterns: Partial<ItemPattern>[] = [...tool.items, ...(tool.hooks ?? [])];
  const readers = readersOf(tool);
  const paths = patterns.flatMap(({ paths = [], fragment = [], except = [] }) => [...paths, ...fragment, ...except]);
  const texts = patterns.flatMap((item) => [...Object.values(item.query ?? {}), ...Object.values(item.fragment_query ?? {})]);
  const hrefs = readers.flatMap((reader) => ("href" in reader ? [reader.href] : []));
  return [...paths, ...hrefs].every(isQuickPath) && [...texts, ...(tool.document_title ?? []), ...readers.flatMap(likesOf)].every(isQuickText);
}

function isQuickPath(path: string): boolean {
  const segments = path.slice(1).split("/");
  const isWhole = segments.every((segment) => !segment.includes(":path}") || /^\{[^{}]*\}$/.test(segment));
  const isLoose = segments.some((segment) => looseHoles(segment) > MOST_LOOSE_IN_SEGMENT);
  return isWhole && !isLoose && openParts(path) <= MOST_OPEN_PARTS && makes(compiledPath, path);
}

function isQuickText(text: string): boolean {
  return looseHoles(text) <= MOST_LOOSE_IN_TEXT && makes(compiledText, text);
}

function makes(compile: (template: string) => unknown, template: string): boolean {
  try {
    compile(template);
    return true;
  } catch {
    return false;
  }
}

function readersOf({ title, people, items }: Tool): Exclude<Reader, string>[] {
  const places = Object.values(people).flat();
  const all = [...title.map(({ read }) => read), ...places.flatMap(({ handle, name, email }) => [handle, name, email]), ...items.map(({ each }) => each?.key)];
  return all.filter((reader) => typeof reader === "object");
}

function likesOf(reader: Exclude<Reader, string>): string[] {
  if ("attribute" in reader) return reader.like ?? [];
  return "text" in reader ? reader.text : "value" in reader ? reader.value : [];
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
export function digestOf(file: Tool): Promise<string> {
  return sha256(canonical(file));
}

/** JSON with sorted keys and without spaces. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join()}}`;
}
