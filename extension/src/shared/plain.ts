/** Text from a page in one line: white space folded, at most `longest` UTF-16 units, never half a character; null when empty. */
export function plain(text: string | null | undefined, longest: number): string | null {
  const line = (text ?? "").replace(/\s+/g, " ").trim();
  // A cut may leave the first half of a character, which no database can keep.
  return line === "" ? null : line.slice(0, longest).replace(/[\uD800-\uDBFF]$/, "").trim();
}
