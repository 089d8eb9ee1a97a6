/** What a value may be, and the form it is kept in. Small: pages have it, too. */

export type ValueType = "text" | "opaque" | "int" | "word" | "fold" | "alnum" | "code" | "hex" | "uuid" | "wiki";

const CONTROL = /[\u0000-\u001f\u007f]/;
const LONGEST_READ = 2000;
const LONGEST_VALUE = 200;

/** One value out of a text that a pattern stands for as a whole. */
export interface Like {
  source: string;
  /** The group that holds the value. */
  group: number;
  type: ValueType;
}

/** A path as decoded segments; null when one is empty, is not UTF-8, or hides a backslash or a control character. */
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
    if (segment === "" || segment.includes("\\") || CONTROL.test(segment)) return null;
    segments.push(segment);
  }
  return segments;
}

/** Segments as one text for a pattern. No segment holds a line break; some may hold a slash. */
export function joined(segments: readonly string[]): string {
  return segments.map((segment) => `${segment}\n`).join("");
}

/** Fits a text to a pattern; null when it does not fit, or is too long. */
export function fitPattern(text: string, pattern: RegExp): RegExpExecArray | null {
  return text.length > LONGEST_READ ? null : pattern.exec(text);
}

/** Whether a text holds what nobody types. */
export function hidesControl(text: string): boolean {
  return CONTROL.test(text);
}

/** A value in the form it is kept in; null when it is too long. */
export function kept(value: string, type: ValueType): string | null {
  if (value.length > LONGEST_VALUE) return null;
  switch (type) {
    case "fold":
    case "hex":
      return value.toLowerCase();
    case "code":
      return value.toUpperCase();
    case "wiki":
      return value.replaceAll(" ", "_");
    case "uuid":
      return value.toLowerCase().replace(/[^0-9a-f]/g, "").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    default:
      return value;
  }
}

/** The value in a text, by the first pattern that fits. */
export function valueLike(text: string, likes: readonly Like[]): string | null {
  for (const { source, group, type } of likes) {
    const found = fitPattern(text, new RegExp(source))?.[group];
    const value = found === undefined ? null : kept(found, type);
    if (value !== null) return value;
  }
  return null;
}
