/**
 * Templates of tool files (docs/tool-files.md). The twin of server/handclasp/tools/template.py: both pass
 * shared-schemas/vectors. A template is compiled to one anchored pattern, once; patterns are made here and never taken
 * from a tool file.
 */
import { fitPattern, hidesControl, joined, kept, type Like, type ValueType } from "./values.js";

export { segmentsOf } from "./values.js";

/** What a template named, decoded; a `{name:path}` keeps its segments apart by "/". */
export type Values = Map<string, string>;

interface Hole {
  /** Null for what is dropped. */
  name: string | null;
  type: ValueType;
  /** Any number of segments, each with its line break. */
  many?: true;
}

interface Compiled {
  pattern: RegExp;
  holes: Hole[];
}

const PLACEHOLDER = /\{(\*|[a-z][a-z_]*)(?::([a-z]+))?(?::(\d+)(-)?)?\}/;
const MANY = /^(?:\*\*|\{([a-z][a-z_]*):path\})$/;

/** What any text is made of: a slash that a segment hides is taken only where the template says so. */
const IN_SEGMENT = "[^/\\n]";
const OPAQUE = "[^\\n]";

/** Repeated as often as the template says. */
const CHARACTERS = { word: "[A-Za-z0-9._-]", fold: "[A-Za-z0-9._-]", alnum: "[A-Za-z0-9]", hex: "[0-9A-Fa-f]" };
const WHOLE = {
  int: "[1-9][0-9]{0,19}",
  code: "[A-Za-z][A-Za-z0-9_]{0,49}-[1-9][0-9]{0,14}",
  uuid: "\\{?[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}\\}?",
};

const paths = new Map<string, Compiled>();
const texts = new Map<string, Compiled>();

/** Fits decoded segments to a path template; null when they do not. */
export function fit(segments: readonly string[], template: string): Values | null {
  return fitCompiled(joined(segments), compiledPath(template));
}

/** Fits a text as a whole to a template without "/" of its own meaning: a query's value, a title. */
export function fitText(text: string, template: string): Values | null {
  return hidesControl(text) ? null : fitCompiled(text, compiledText(template));
}

/** The pattern that reads `name` from a text like the template. */
export function textLike(template: string, name: string): Like {
  return likeOf(compiledText(template), name);
}

/** The pattern that reads `name` from joined segments. */
export function pathLike(template: string, name: string): Like {
  return likeOf(compiledPath(template), name);
}

function likeOf({ pattern, holes }: Compiled, name: string): Like {
  const index = holes.findIndex((hole) => hole.name === name);
  return { source: pattern.source, group: index + 1, type: holes[index]?.type ?? "text" };
}

function fitCompiled(whole: string, { pattern, holes }: Compiled): Values | null {
  const found = fitPattern(whole, pattern);
  if (found === null) return null;
  const values: Values = new Map();
  for (const [index, { name, type, many }] of holes.entries()) {
    if (name === null) continue;
    const text = found[index + 1] ?? "";
    const value = kept(many === true ? text.slice(0, -1).replaceAll("\n", "/") : text, type);
    if (value === null) return null;
    values.set(name, value);
  }
  return values;
}

function compiledPath(template: string): Compiled {
  return once(paths, template, () => {
    const parts = template.slice(1).split("/").map((part) => {
      const many = MANY.exec(part);
      if (many === null) return compile(part, IN_SEGMENT, "\\n");
      // As few as fit: the left of two takes no more than it must.
      return { source: `((?:${many[1] === undefined ? OPAQUE : IN_SEGMENT}+\\n)*?)`, holes: [{ name: many[1] ?? null, type: "text" as const, many: true as const }] };
    });
    return { pattern: whole(parts.map(({ source }) => source).join("")), holes: parts.flatMap(({ holes }) => holes) };
  });
}

function compiledText(template: string): Compiled {
  return once(texts, template, () => {
    const { source, holes } = compile(template, OPAQUE, "");
    return { pattern: whole(source), holes };
  });
}

function whole(source: string): RegExp {
  return new RegExp(`^${source}$`);
}

function once(known: Map<string, Compiled>, template: string, make: () => Compiled): Compiled {
  const compiled = known.get(template) ?? make();
  known.set(template, compiled);
  return compiled;
}

/** @param any what "any text" is made of */
function compile(template: string, any: string, end: string): { source: string; holes: Hole[] } {
  const holes: Hole[] = [];
  let rest = template;
  let source = "";
  for (let found = PLACEHOLDER.exec(rest); found !== null; found = PLACEHOLDER.exec(rest)) {
    const [text, name = "*", type = "text", least, open] = found;
    const inside = name === "*" ? `${any}*` : classOf(type as ValueType, any, least, open);
    source += `${literal(rest.slice(0, found.index))}(${inside})`;
    holes.push({ name: name === "*" ? null : name, type: type as ValueType });
    rest = rest.slice(found.index + text.length);
  }
  return { source: `${source}${literal(rest)}${end}`, holes };
}

function classOf(type: ValueType, any: string, least: string | undefined, open: string | undefined): string {
  if (type === "text" || type === "wiki") return `${any}+`;
  if (type === "opaque") return `${OPAQUE}+`;
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

/**
 * Puts values into a URL's path, each segment encoded, and of `{name:opaque}` the slashes, too; an empty value takes the
 * "/" after it away.
 */
export function fillUrl(output: string, values: Values): string {
  const shortened = output.replace(/\{([a-z_]+)\}\//g, (text, name: string) => (values.get(name) === "" ? "" : text));
  return shortened.replace(/\{([a-z_]+)(:opaque)?\}/g, (_, name: string, opaque: string | undefined) => {
    const value = values.get(name) ?? "";
    return opaque === undefined ? value.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(value);
  });
}
