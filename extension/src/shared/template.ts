/**
 * Templates of tool files (docs/tool-files.md). The twin of server/handclasp/tools/template.py: both pass
 * shared-schemas/vectors. A template is compiled to one anchored pattern, once; patterns are made here and never taken
 * from a tool file. A pattern takes time by the power of what it leaves open: so much may be open, and not more.
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

interface Part {
  source: string;
  holes: Hole[];
}

interface Compiled {
  pattern: RegExp;
  holes: Hole[];
}

const PLACEHOLDER = /\{(\*|[a-z][a-z_]*)(?::([a-z]+))?(?::(\d+)(-)?)?\}/;
const EVERY_PLACEHOLDER = new RegExp(PLACEHOLDER, "g");
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

/** What can stand beside such a value and be a part of it; a type that is not here takes anything. */
const BESIDE: Partial<Record<ValueType, RegExp>> = {
  int: /[0-9{}]/,
  code: /[A-Za-z0-9_{}]/,
  word: /[A-Za-z0-9._{}-]/,
  fold: /[A-Za-z0-9._{}-]/,
  alnum: /[A-Za-z0-9{}]/,
  hex: /[0-9A-Fa-f{}]/,
  uuid: /[0-9A-Fa-f{}]/,
};
const MOST_LOOSE_OF_ANY_LENGTH = 2;
const LONGEST_READ_LOOSELY = 300;

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

/** How many parts of a path template stand for any number of segments. */
export function openParts(template: string): number {
  return template.slice(1).split("/").filter((part) => MANY.test(part)).length;
}

/**
 * How many placeholders of one segment or text make it try more than one way. One that a character it cannot hold, or the
 * end, closes on both sides does not; nor does one of a fixed length that is closed on the left, nor any text at the very
 * end. The time a template takes grows by this power of the text's length.
 */
export function looseHoles(template: string): number {
  return [...template.matchAll(EVERY_PLACEHOLDER)].filter((found) => isLoose(template, found)).length;
}

function isLoose(template: string, { 0: text, 2: type, 3: least, 4: open, index }: RegExpExecArray): boolean {
  const end = index + text.length;
  const beside = BESIDE[(type ?? "text") as ValueType];
  if (beside === undefined) return end < template.length;
  const isFixed = type === "uuid" || (least !== undefined && open === undefined);
  return beside.test(template.charAt(index - 1)) || (!isFixed && beside.test(template.charAt(end)));
}

/** Makes the pattern of a path template; throws where that cannot be done. */
export function compiledPath(template: string): Compiled {
  return once(paths, template, () => {
    let groups = 0;
    const parts = template.slice(1).split("/").map((text) => {
      const part = pathPart(text, groups);
      groups += part.holes.length;
      return part;
    });
    return { pattern: whole(parts.map(({ source }) => source).join("")), holes: parts.flatMap(({ holes }) => holes) };
  });
}

/** @param groups how many stand before it in the pattern */
function pathPart(text: string, groups: number): Part {
  const many = MANY.exec(text);
  if (many !== null) {
    // As few as fit: the left of two takes no more than it must.
    return { source: `((?:${many[1] === undefined ? OPAQUE : IN_SEGMENT}+\\n)*?)`, holes: [{ name: many[1] ?? null, type: "text", many: true }] };
  }
  const part = compile(text, IN_SEGMENT, "\\n");
  if (looseHoles(text) === 0) return part;
  // Read once and not again in another way when a later segment does not fit: else the ways of all segments multiply.
  return { source: `(?=(${part.source}))(?:\\${groups + 1})`, holes: [{ name: null, type: "text" }, ...part.holes] };
}

/** Makes the pattern of a text's template; throws where that cannot be done. */
export function compiledText(template: string): Compiled {
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
function compile(template: string, any: string, end: string): Part {
  const holes: Hole[] = [];
  let rest = template;
  let source = looseHoles(template) > MOST_LOOSE_OF_ANY_LENGTH ? `(?=${OPAQUE}{0,${LONGEST_READ_LOOSELY}}${end || "$"})` : "";
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
