/** An item in one line: "Trac · #1 Export job drops the last row". Pure. */
import type { Item } from "./api.js";
import { plain } from "./plain.js";

/** The short name of an item: what its key says after the last "#"; nothing where the key is no number for people. */
export function shortKey(item: Pick<Item, "key">): string {
  const at = item.key.lastIndexOf("#");
  return at < 0 ? "" : item.key.slice(at);
}

/** @param toolName the tool's name as people write it; null for a page of no known tool, which its host names */
export function itemLine(item: Item, toolName: string | null): string {
  const short = shortKey(item);
  return `${toolName ?? item.host} · ${short === "" ? "" : `${short} `}${item.title}`;
}

/** Up to two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return chosen.map((word) => firstLetter(word ?? "")).join("").toUpperCase();
}

function firstLetter(word: string): string {
  const [first] = new Intl.Segmenter().segment(word);
  return first?.segment ?? "";
}

/** A page of no known tool as an item. Query, fragment and userinfo are dropped; null for what is no web page. */
export function webItem(address: string, title: string): Item | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if ((url.protocol !== "https:" && url.protocol !== "http:") || url.hostname === "") return null;
  return { tool: "web", host: url.host, key: url.pathname.slice(0, 512), kind: "page", title: plain(title, 500) ?? url.host };
}
