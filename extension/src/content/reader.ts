/** Reads one value from one element, as a tool file says. Changes nothing in the page. */
import { plain } from "../shared/plain.js";
import { fit, fitText, segmentsOf } from "../shared/template.js";
import type { Reader } from "../shared/tool.js";

const MOST_READ = 2_000;

/** The value in one line, at most `longest` UTF-16 units; null when there is none. */
export function readValue(element: Element, reader: Reader, longest: number): string | null {
  const found = typeof reader === "string" ? readNamed(element, reader) : readBy(element, reader);
  return plain(found, longest);
}

function readNamed(element: Element, reader: Extract<Reader, string>): string | null {
  switch (reader) {
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

function readBy(element: Element, reader: Exclude<Reader, string>): string | null {
  if ("attribute" in reader) {
    const value = element.getAttribute(reader.attribute);
    return reader.like === undefined ? value : likeOne(value, reader.like);
  }
  if ("text" in reader) return likeOne(element.textContent, reader.text);
  if ("value" in reader) return likeOne(fieldValue(element), reader.value);
  const href = element.getAttribute("href");
  if (href === null || !URL.canParse(href, document.baseURI)) return null;
  const url = new URL(href, document.baseURI);
  if ("href_query" in reader) return url.searchParams.get(reader.href_query);
  const segments = segmentsOf(url.pathname);
  return segments === null ? null : (fit(segments, reader.href)?.get("value") ?? null);
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

function likeOne(text: string | null, templates: readonly string[]): string | null {
  const line = plain(text, MOST_READ);
  if (line === null) return null;
  for (const template of templates) {
    const value = fitText(line, template)?.get("value");
    if (value !== undefined) return value;
  }
  return null;
}
