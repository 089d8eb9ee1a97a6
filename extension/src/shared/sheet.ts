/**
 * What a page is told of itself: which item it is, and where to look. Made from a tool file in the background, so that a
 * page receives no more than that.
 */
import { fill, pathLike, textLike, type Values } from "./template.js";
import type { Located } from "./matcher.js";
import type { Anchor, ItemPattern, PersonPlace, Reader, Role, TitlePlace, Tool } from "./tool.js";
import type { Like } from "./values.js";

/** How a value is read, with patterns in place of templates. */
export type ReadBy =
  | Extract<Reader, string>
  | { attribute: string; likes: Like[] | null }
  | { text: Like[] }
  | { value: Like[] }
  | { href: Like[] }
  | { href_query: string };

export interface PersonSheet {
  select: string;
  handle: ReadBy | null;
  name: ReadBy | null;
  email: ReadBy | null;
}

export interface Sheet {
  tool: string;
  host: string;
  kind: string;
  /** With `each`, what stands for the element's own part is "{each}". */
  key: string;
  each: { select: string; key: ReadBy } | null;
  /** Null: the whole page is about the item. */
  within: string[] | null;
  /** A frame of this page has shown an item: the page around it has no floating button. */
  framed: boolean;
  title: { select: string; read: ReadBy }[];
  documentTitle: Like[];
  anchors: Pick<Anchor, "select" | "position">[];
  people: [role: Role, places: PersonSheet[]][];
  provider: Role;
  /** In lower case. */
  nobody: string[];
}

/** The sheet of a located item, or of a page with several. */
export function sheetOf({ tool, host, pattern, values }: Located): Sheet {
  return {
    tool: tool.id,
    host,
    kind: pattern.kind,
    key: keyOf(pattern, values),
    each: pattern.each === undefined ? null : { select: pattern.each.select, key: readBy(pattern.each.key) },
    within: pattern.within?.map((selector) => filled(selector, values)) ?? null,
    framed: false,
    title: tool.title.map(titlePlace),
    documentTitle: (tool.document_title ?? []).map((template) => textLike(template, "title")),
    anchors: tool.anchors.map(({ select, position }) => ({ select, position })),
    people: people(tool),
    provider: pattern.provider,
    nobody: (tool.nobody ?? []).map((word) => word.toLowerCase()),
  };
}

function keyOf({ key, each }: ItemPattern, values: Values): string {
  return each === undefined ? fill(key, values) : fill(key, new Map(values).set("each", "{each}"));
}

function titlePlace({ select, read }: TitlePlace): Sheet["title"][number] {
  return { select, read: readBy(read ?? "text") };
}

function people(tool: Tool): Sheet["people"] {
  return (Object.entries(tool.people) as [Role, PersonPlace[]][]).map(([role, places]) => [
    role,
    places.map(({ select, handle, name, email }) => ({ select, handle: maybe(handle), name: maybe(name), email: maybe(email) })),
  ]);
}

function maybe(reader: Reader | undefined): ReadBy | null {
  return reader === undefined ? null : readBy(reader);
}

function readBy(reader: Reader): ReadBy {
  if (typeof reader === "string" || "href_query" in reader) return reader;
  if ("attribute" in reader) return { attribute: reader.attribute, likes: reader.like === undefined ? null : reader.like.map(ofText) };
  if ("text" in reader) return { text: reader.text.map(ofText) };
  if ("value" in reader) return { value: reader.value.map(ofText) };
  return { href: [pathLike(reader.href, "value")] };
}

function ofText(template: string): Like {
  return textLike(template, "value");
}

/** A value in a selector stands for itself, whatever it holds. */
function filled(selector: string, values: Values): string {
  return selector.replace(/\{([a-z_]+)\}/g, (_, name: string) =>
    (values.get(name) ?? "").replace(/[^A-Za-z0-9_-]/gu, (character) => `\\${character.codePointAt(0)?.toString(16) ?? ""} `),
  );
}
