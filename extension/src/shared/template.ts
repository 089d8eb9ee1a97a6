/**
 * Path templates of tool files. The twin of server/handclasp/tools/template.py: both pass
 * shared-schemas/vectors.
 */
import type { ValueType } from "./tool.js";

/** What a template named, decoded; a `{name:path}` keeps its segments apart by "/". */
export type Values = Map<string, string>;

const PLACEHOLDER = /^\{([a-z_]+)(?::(path|int|word|fold))?\}$/;
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Takes a raw value as its type; null when it does not fit. */
export function typed(raw: string, type: ValueType): string | null {
  switch (type) {
    case "int":
      return /^[1-9][0-9]{0,14}$/.test(raw) ? raw : null;
    case "word":
      return /^[A-Za-z0-9._-]{1,100}$/.test(raw) ? raw : null;
    case "fold":
      return /^[A-Za-z0-9._-]{1,100}$/.test(raw) ? raw.toLowerCase() : null;
    case "text":
      return raw !== "" && raw.length <= 200 && !CONTROL.test(raw) ? raw : null;
  }
}

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

/** Fits decoded segments to a template; null when they do not. */
export function fit(segments: readonly string[], template: string): Values | null {
  const parts = template.slice(1).split("/");
  const first = PLACEHOLDER.exec(parts[0] ?? "");
  if (first?.[1] === undefined || first[2] !== "path") return fitParts(segments, parts, new Map());
  const rest = parts.slice(1);
  for (let taken = 0; taken <= segments.length; taken += 1) {
    const lead: Values = new Map([[first[1], segments.slice(0, taken).join("/")]]);
    const values = fitParts(segments.slice(taken), rest, lead);
    if (values !== null) return values;
  }
  return null;
}

function fitParts(segments: readonly string[], parts: readonly string[], values: Values): Values | null {
  const open = parts.at(-1) === "**";
  const needed = open ? parts.slice(0, -1) : parts;
  if (open ? segments.length < needed.length : segments.length !== needed.length) return null;
  for (const [index, part] of needed.entries()) {
    const segment = segments[index] ?? "";
    const placeholder = PLACEHOLDER.exec(part);
    if (placeholder?.[1] === undefined) {
      if (segment !== part) return null;
      continue;
    }
    const value = typed(segment, (placeholder[2] ?? "text") as ValueType);
    if (value === null) return null;
    values.set(placeholder[1], value);
  }
  return values;
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
