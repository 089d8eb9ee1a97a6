/** Reads title, people and the place for the button from a page, by a tool file. Changes nothing in the page. */
import type { Item, ReadPerson } from "../shared/api.js";
import type { Match } from "../shared/matcher.js";
import type { Handoff } from "../shared/handoff.js";
import { plain } from "../shared/plain.js";
import { fitText } from "../shared/template.js";
import type { Anchor, PersonPlace, Reader, Role, Tool } from "../shared/tool.js";
import { readValue } from "./reader.js";
import { canBeSeen, selectAll, selectBest, type Scope } from "./select.js";

const LONGEST_TITLE = 500;
const LONGEST_VALUE = 200;
const MOST_OF_A_ROLE = 5;

const MAILBOX = /^(.*?)\s*<\s*([^<>\s@]+@[^<>\s@]+)\s*>$/;
const ADDRESS = /^[^<>\s@]+@[^<>\s@]+\.[^<>\s@]+$/;

/** One item in the page, and the part of the page that is about it; null while that part is not there. */
export interface Place {
  tool: Tool;
  match: Match;
  scope: () => Scope | null;
}

/** The handoff a page shows now. */
export function readHandoff({ tool, match, scope }: Place): Handoff {
  const within = scope();
  const title = (within === null ? null : readTitle(tool, within)) ?? documentTitle(tool) ?? match.key;
  const item: Item = { tool: match.tool, host: match.host, key: match.key, kind: match.kind, title };
  return { item, people: readPeople(tool, within) };
}

/**
 * The best place for the button that can be seen in the page now.
 * @param crossed takes the shadow roots that were looked into
 */
export function findAnchor({ tool, scope }: Place, crossed?: Set<ShadowRoot>): { element: Element; position: Anchor["position"] } | null {
  const within = scope();
  if (within === null) return null;
  for (const { select, position } of tool.anchors) {
    const element = selectAll(within, select, crossed).find(canBeSeen);
    if (element !== undefined) return { element, position };
  }
  return null;
}

/** What was looked for in vain, as pointers into the tool file: for those who mend it. Empty when enough was found. */
export function missingParts(place: Place): string[] {
  const { tool, match, scope } = place;
  const within = scope();
  const anchors = findAnchor(place) === null ? tool.anchors.map((_, n) => `#/anchors/${n}`) : [];
  const title = within === null || readTitle(tool, within) === null ? tool.title.map((_, n) => `#/title/${n}`) : [];
  if (anchors.length === 0 && title.length === 0) return [];
  // An item without people may be one that nobody has taken yet; beside other failures it is worth telling.
  const role = tool.items.find(({ kind }) => kind === match.kind)?.provider;
  const places = role === undefined ? [] : (tool.people[role] ?? []);
  const nobodyThere = within === null || places.every(({ select }) => selectAll(within, select).length === 0);
  return [...anchors, ...title, ...(nobodyThere ? places.map((_, n) => `#/people/${role}/${n}`) : [])];
}

function readTitle(tool: Tool, within: Scope): string | null {
  for (const { select, read } of tool.title) {
    const element = selectBest(within, select);
    const text = element === null ? null : readValue(element, read ?? "text", LONGEST_TITLE);
    if (text !== null) return text;
  }
  return null;
}

/** The document's title, without what the product adds to it. */
function documentTitle({ document_title: templates = [] }: Tool): string | null {
  const whole = plain(document.title, LONGEST_TITLE);
  if (whole === null) return null;
  for (const template of templates) {
    const title = plain(fitText(whole, template)?.get("title"), LONGEST_TITLE);
    if (title !== null) return title;
  }
  return whole;
}

function readPeople(tool: Tool, within: Scope | null): ReadPerson[] {
  return (Object.entries(tool.people) as [Role, PersonPlace[]][]).flatMap(([role, places]) => {
    // Who is signed in stands outside the item.
    const scope = role === "me" ? document : within;
    return scope === null ? [] : readRole(tool, role, places, scope);
  });
}

function readRole(tool: Tool, role: Role, places: readonly PersonPlace[], scope: Scope): ReadPerson[] {
  for (const place of places) {
    const all = selectAll(scope, place.select);
    const seen = all.length < 2 ? all : all.filter(canBeSeen);
    const found = new Map<string, ReadPerson>();
    for (const element of seen.length === 0 ? all : seen) {
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
    const isNobody = value !== null && tool.nobody?.some((word) => word.toLowerCase() === value.toLowerCase()) === true;
    return isNobody ? null : value;
  };
  const handle = read(place.handle);
  const written = mailbox(read(place.name));
  const email = read(place.email) ?? written.email ?? (handle !== null && ADDRESS.test(handle) ? handle : null);
  if (handle === null && written.name === null && email === null) return null;
  return {
    role,
    ...(handle === null ? {} : { handle }),
    // Many tools show the login where they know no name: that is no name.
    ...(written.name === null || written.name === handle ? {} : { name: written.name }),
    ...(email === null ? {} : { email }),
  };
}

/** A name as people write it in mails: `Ana Ruiz <ana@example.org>`, or the address alone. */
function mailbox(text: string | null): { name: string | null; email: string | null } {
  if (text === null || ADDRESS.test(text)) return { name: null, email: text };
  const [, name = "", email] = MAILBOX.exec(text) ?? [];
  return email === undefined ? { name: text, email: null } : { name: plain(name.replace(/^"(.*)"$/, "$1"), LONGEST_VALUE), email };
}
