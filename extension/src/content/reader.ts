/** Reads one value from one element, as a sheet says. Changes nothing in the page. */
import { plain } from "../shared/plain.js";
import type { ReadBy } from "../shared/sheet.js";
import { joined, segmentsOf, valueLike, type Like } from "../shared/values.js";

const MOST_READ = 2_000;

/** Fields that hold what is nobody's business, whatever a tool file says. */
const SECRET = "[type=password], [autocomplete^=cc-], [autocomplete*=password], [name*=csrf i], [name*=token i]";

/** The value in one line, at most `longest` UTF-16 units; null when there is none, or when it is a secret's place. */
export function readValue(element: Element, by: ReadBy, longest: number): string | null {
  if (element.matches(SECRET)) return null;
  return plain(typeof by === "string" ? readNamed(element, by) : readBy(element, by), longest);
}

function readNamed(element: Element, by: Extract<ReadBy, string>): string | null {
  switch (by) {
    case "text":
      return element.textContent;
    case "own-text":
      return [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map(({ nodeValue }) => nodeValue).join(" ");
    case "value":
      return fieldValue(element);
    case "option":
      return element instanceof HTMLSelectElement ? element.value : null;
    case "mailto":
      return mailAddress(element.getAttribute("href"));
  }
}

function readBy(element: Element, by: Exclude<ReadBy, string>): string | null {
  if ("attribute" in by) {
    const value = element.getAttribute(by.attribute);
    return by.likes === null ? value : likeOne(value, by.likes);
  }
  if ("text" in by) return likeOne(element.textContent, by.text);
  if ("value" in by) return likeOne(fieldValue(element), by.value);
  const href = element.getAttribute("href");
  if (href === null || !URL.canParse(href, document.baseURI)) return null;
  const url = new URL(href, document.baseURI);
  if ("href_query" in by) return url.searchParams.get(by.href_query);
  const segments = segmentsOf(url.pathname);
  return segments === null ? null : valueLike(joined(segments), by.href);
}

/** What a field holds; of a choice, the chosen option's words. */
function fieldValue(element: Element): string | null {
  if (element instanceof HTMLSelectElement) return element.selectedOptions[0]?.textContent ?? null;
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.value : null;
}

function mailAddress(href: string | null): string | null {
  const address = /^mailto:([^?]+)/i.exec(href ?? "")?.[1];
  try {
    return address === undefined ? null : decodeURIComponent(address);
  } catch {
    return null;
  }
}

function likeOne(text: string | null, likes: readonly Like[]): string | null {
  const line = plain(text, MOST_READ);
  return line === null ? null : valueLike(line, likes);
}
