/** Reads title, people and the place for the button from a page, by a tool file. Changes nothing in the page. */
import type { Item, ReadPerson } from "../shared/api.js";
import type { Match } from "../shared/matcher.js";
import type { Handoff } from "../shared/handoff.js";
import { plain } from "../shared/plain.js";
import { fit, segmentsOf } from "../shared/template.js";
import type { Anchor, PersonPlace, Reader, Role, Tool } from "../shared/tool.js";

const LONGEST_TITLE = 500;
const LONGEST_VALUE = 200;
const MOST_OF_A_ROLE = 5;

/** The handoff a page shows now. */
export function readHandoff(tool: Tool, match: Match): Handoff {
  const item: Item = { tool: match.tool, host: match.host, key: match.key, kind: match.kind, title: readTitle(tool, match) };
  return { item, people: readPeople(tool) };
}

/** The best place for the button that is in the page now. */
export function findAnchor(tool: Tool): { element: Element; position: Anchor["position"] } | null {
  for (const { select, position } of tool.anchors) {
    const element = document.querySelector(select);
    if (element !== null) return { element, position };
  }
  return null;
}

function readTitle(tool: Tool, match: Match): string {
  for (const { select, read } of tool.title) {
    const element = document.querySelector(select);
    const text = element === null ? null : readValue(element, read ?? "text", LONGEST_TITLE);
    if (text !== null) return text;
  }
  return plain(document.title, LONGEST_TITLE) ?? match.key;
}

function readPeople(tool: Tool): ReadPerson[] {
  return (Object.entries(tool.people) as [Role, PersonPlace[]][]).flatMap(([role, places]) => readRole(tool, role, places));
}

function readRole(tool: Tool, role: Role, places: readonly PersonPlace[]): ReadPerson[] {
  for (const place of places) {
    const found = new Map<string, ReadPerson>();
    for (const element of document.querySelectorAll(place.select)) {
      const person = readPerson(tool, role, place, element);
      if (person !== null) found.set(JSON.stringify(person), person);
    }
    if (found.size > 0) return [...found.values()].slice(0, MOST_OF_A_ROLE);
  }
  return [];
}

function readPerson(tool: Tool, role: Role, place: PersonPlace, element: Element): ReadPerson | null {
  const read = (reader: Reader | undefined): string | null => {
    const value = reader === undefined ? null : readValue(element, reader, LONGEST_VALUE);
    return value === null || tool.nobody?.includes(value.toLowerCase()) === true ? null : value;
  };
  const handle = read(place.handle);
  const name = read(place.name);
  const email = read(place.email);
  if (handle === null && name === null && email === null) return null;
  return {
    role,
    ...(handle === null ? {} : { handle }),
    // Many tools show the login where they know no name: that is no name.
    ...(name === null || name === handle ? {} : { name }),
    ...(email === null ? {} : { email }),
  };
}

function readValue(element: Element, reader: Reader, longest: number): string | null {
  if (reader === "text") return plain(element.textContent, longest);
  if ("attribute" in reader) return plain(element.getAttribute(reader.attribute), longest);
  const href = element.getAttribute("href");
  if (href === null || !URL.canParse(href, document.baseURI)) return null;
  const url = new URL(href, document.baseURI);
  if ("href_query" in reader) return plain(url.searchParams.get(reader.href_query), longest);
  const segments = segmentsOf(url.pathname);
  return segments === null ? null : plain(fit(segments, reader.href)?.get("value"), longest);
}
