/**
 * Templates of tool files (docs/tool-files.md). The twin of server/handclasp/tools/template.py: both pass
 * shared-schemas/vectors. A template is compiled to one anchored pattern per segment, once.
 */

/** What a template named, decoded; a `{name:path}` keeps its segments apart by "/". */
export type Values = Map<string, string>;

type ValueType = "text" | "int" | "word" | "fold" | "alnum" | "code" | "hex" | "uuid" | "wiki";

interface Hole {
  /** Null for what is dropped. */
  name: string | null;
  type: ValueType;
}

/** One segment, or (without a pattern) any number of them. */
type Part = { pattern: RegExp; holes: Hole[] } | { pattern: null; name: string | null };

const PLACEHOLDER = /\{(\*|[a-z][a-z_]*)(?::([a-z]+))?(?::(\d+)(-)?)?\}/;
const CONTROL = /[\u0000-\u001f\u007f]/;
const LONGEST_SEGMENT = 2000;
const LONGEST_TEXT = 200;

/** Repeated as often as the template says. */
const CHARACTERS = { word: "[A-Za-z0-9._-]", fold: "[A-Za-z0-9._-]", alnum: "[A-Za-z0-9]", hex: "[0-9A-Fa-f]" };
const WHOLE = {
  text: "[\\s\\S]+",
  wiki: "[\\s\\S]+",
  int: "[1-9][0-9]{0,19}",
  code: "[A-Za-z][A-Za-z0-9_]{0,49}-[1-9][0-9]{0,14}",
  uuid: "\\{?[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}\\}?",
};

const compiledPaths = new Map<string, Part[]>();
const compiledTexts = new Map<string, { pattern: RegExp; holes: Hole[] }>();

/** A path as decoded segments; null when one is empty, is not UTF-8, or hides a slash or a control character. */
export function segmentsOf(path: string): string[] | null {
  const trimmed = path.replace(/^\//, "").replace(/\/$/, "");
  if (trimmed === "") return [];
  const segments: string[] = [];
  for (const part of trimmed.split("/")) {
    let segment: string;
    try {
      segment = decodeURIComponent(part);
    } catch {
      return null;
    }
    if (segment === "" || segment.includes("/") || segment.includes("\\") || CONTROL.test(segment)) return null;
    segments.push(segment);
  }
  return segments;
}

/** Fits decoded segments to a path template; null when they do not. */
export function fit(segments: readonly string[], template: string): Values | null {
  let parts = compiledPaths.get(template);
  if (parts === undefined) {
    parts = template.slice(1).split("/").map(compilePart);
    compiledPaths.set(template, parts);
  }
  return fitParts(segments, 0, parts, 0, new Map());
}

/** Fits a text as a whole to a template without "/" of its own meaning: a query's value, a title. */
export function fitText(text: string, template: string): Values | null {
  let compiled = compiledTexts.get(template);
  if (compiled === undefined) {
    compiled = compileText(template);
    compiledTexts.set(template, compiled);
  }
  return fitOne(text, compiled.pattern, compiled.holes, new Map());
}

function fitParts(segments: readonly string[], at: number, parts: readonly Part[], next: number, values: Values): Values | null {
  const part = parts[next];
  if (part === undefined) return at === segments.length ? values : null;
  if (part.pattern !== null) {
    const segment = segments[at];
    const found = segment === undefined ? null : fitOne(segment, part.pattern, part.holes, values);
    return found === null ? null : fitParts(segments, at + 1, parts, next + 1, found);
  }
  for (let end = at; end <= segments.length; end += 1) {
    const taken = part.name === null ? values : new Map(values).set(part.name, segments.slice(at, end).join("/"));
    const found = fitParts(segments, end, parts, next + 1, taken);
    if (found !== null) return found;
  }
  return null;
}

function fitOne(text: string, pattern: RegExp, holes: readonly Hole[], values: Values): Values | null {
  const found = text.length > LONGEST_SEGMENT || CONTROL.test(text) ? null : pattern.exec(text);
  if (found === null) return null;
  const all = new Map(values);
  for (const [index, { name, type }] of holes.entries()) {
    const value = found[index + 1] ?? "";
    if (name === null) continue;
    if (value.length > LONGEST_TEXT) return null;
    all.set(name, kept(value, type));
  }
  return all;
}

function kept(value: string, type: ValueType): string {
  switch (type) {
    case "fold":
    case "hex":
      return value.toLowerCase();
    case "code":
      return value.toUpperCase();
    case "wiki":
      return value.replaceAll(" ", "_");
    case "uuid": {
      const digits = value.toLowerCase().replace(/[^0-9a-f]/g, "");
      return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map(([from, to]) => digits.slice(from, to)).join("-");
    }
    default:
      return value;
  }
}

function compilePart(part: string): Part {
  if (part === "**") return { pattern: null, name: null };
  const many = /^\{([a-z][a-z_]*):path\}$/.exec(part);
  return many === null ? compileText(part) : { pattern: null, name: many[1] ?? null };
}

function compileText(template: string): { pattern: RegExp; holes: Hole[] } {
  const holes: Hole[] = [];
  let rest = template;
  let source = "";
  for (let found = PLACEHOLDER.exec(rest); found !== null; found = PLACEHOLDER.exec(rest)) {
    const [whole, name = "*", type = "text", least, open] = found;
    source += `${literal(rest.slice(0, found.index))}(${name === "*" ? "[\\s\\S]*" : classOf(type as ValueType, least, open)})`;
    holes.push({ name: name === "*" ? null : name, type: type as ValueType });
    rest = rest.slice(found.index + whole.length);
  }
  return { pattern: new RegExp(`^${source}${literal(rest)}$`), holes };
}

function classOf(type: ValueType, least: string | undefined, open: string | undefined): string {
  if (!(type in CHARACTERS)) return WHOLE[type as keyof typeof WHOLE];
  const characters = CHARACTERS[type as keyof typeof CHARACTERS];
  if (least === undefined) return `${characters}{1,100}`;
  return `${characters}{${least}${open === undefined ? "" : ",200"}}`;
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

/** Puts values into an output as they are. */
export function fill(output: string, values: Values): string {
  return output.replace(/\{([a-z_]+)\}/g, (_, name: string) => values.get(name) ?? "");
}

/** Puts values into a URL's path, each segment encoded; an empty value takes the "/" after it away. */
export function fillUrl(output: string, values: Values): string {
  const shortened = output.replace(/\{([a-z_]+)\}\//g, (whole, name: string) => (values.get(name) === "" ? "" : whole));
  return shortened.replace(/\{([a-z_]+)\}/g, (_, name: string) =>
    (values.get(name) ?? "").split("/").map(encodeURIComponent).join("/"),
  );
}
