/** Reads title, people and the place for the button from a page, by its sheet. Changes nothing in the page. */
import type { Item, ReadPerson } from "../shared/api.js";
import type { Handoff } from "../shared/handoff.js";
import { plain } from "../shared/plain.js";
import type { PersonSheet, ReadBy, Sheet } from "../shared/sheet.js";
import { valueLike } from "../shared/values.js";
import { readValue } from "./reader.js";
import { canBeSeen, selectAll, selectShown, type Scope } from "./select.js";

const LONGEST_TITLE = 500;
const LONGEST_VALUE = 200;
const MOST_OF_A_ROLE = 5;
const MOST_PER_PAGE = 50;

const MAILBOX = /^(.*?)\s*<\s*([^<>\s@]+@[^<>\s@]+)\s*>$/;
const ADDRESS = /^[^<>\s@]+@[^<>\s@]+\.[^<>\s@]+$/;

/** One item in the page, and the part of the page that is about it; null while that part is not there. */
export interface Place {
  sheet: Sheet;
  key: string;
  scope: () => Scope | null;
}

/** The items of the page, now. */
export function placesIn(sheet: Sheet): Place[] {
  if (sheet.each === null) return [{ sheet, key: sheet.key, scope: () => (sheet.within === null ? document : firstSeen(sheet.within)) }];
  return [...elementsByKey(sheet)].slice(0, MOST_PER_PAGE).map(([key, first]) => {
    let element: Element | undefined = first;
    // A page that draws itself anew makes another element for the same item.
    const scope = (): Scope | null => (element?.isConnected === true ? element : ((element = elementsByKey(sheet).get(key)) ?? null));
    return { sheet, key, scope };
  });
}

function firstSeen(selectors: readonly string[]): Scope | null {
  for (const selector of selectors) {
    const found = selectAll(document, selector).find(canBeSeen);
    if (found !== undefined) return found;
  }
  return null;
}

/** The first element of each item in a page of several. */
function elementsByKey({ each, key: whole }: Sheet): Map<string, Element> {
  const found = new Map<string, Element>();
  for (const element of each === null ? [] : selectAll(document, each.select)) {
    const own = each === null ? null : readValue(element, each.key, LONGEST_VALUE);
    const key = own === null ? null : whole.replace("{each}", () => own);
    if (key !== null && !found.has(key)) found.set(key, element);
  }
  return found;
}

/** The handoff a page shows now. */
export function readHandoff({ sheet, key, scope }: Place): Handoff {
  const within = scope();
  const title = (within === null ? null : readTitle(sheet, within)) ?? documentTitle(sheet) ?? key;
  const item: Item = { tool: sheet.tool, host: sheet.host, key, kind: sheet.kind, title };
  // Who is signed in stands outside the item.
  const scoped = sheet.people.map(([role, places]) => ({ role, places, from: role === "me" ? document : within }));
  return { item, people: scoped.flatMap(({ role, places, from }) => (from === null ? [] : readRole(sheet, role, places, from))) };
}

/**
 * The best place for the button that can be seen in the page now.
 * @param crossed takes the shadow roots that were looked into
 */
export function findAnchor({ sheet, scope }: Place, crossed?: Set<ShadowRoot>): { element: Element; position: Sheet["anchors"][number]["position"] } | null {
  const within = scope();
  if (within === null) return null;
  for (const { select, position } of sheet.anchors) {
    const element = selectAll(within, select, crossed).find(canBeSeen);
    if (element !== undefined) return { element, position };
  }
  return null;
}

/** The lists of the tool file none of whose places is in the page, as pointers: for those who mend it. Empty when enough is. */
export function missingParts(place: Place): string[] {
  const { sheet, scope } = place;
  const within = scope();
  const hasTitle = sheet.title.length === 0 || (within !== null && readTitle(sheet, within) !== null);
  const missing = [...(findAnchor(place) === null ? ["#/anchors"] : []), ...(hasTitle ? [] : ["#/title"])];
  // An item without people may be one that nobody has taken yet; beside other failures it is worth telling.
  const places = sheet.people.find(([role]) => role === sheet.provider)?.[1] ?? [];
  const somebody = places.length === 0 || places.some(({ select }) => within !== null && selectAll(within, select).length > 0);
  return missing.length === 0 || somebody ? missing : [...missing, `#/people/${sheet.provider}`];
}

function readTitle({ title }: Sheet, within: Scope): string | null {
  for (const { select, read } of title) {
    const [element] = selectShown(within, select);
    const text = element === undefined ? null : readValue(element, read, LONGEST_TITLE);
    if (text !== null) return text;
  }
  return null;
}

/** The document's title, without what the product adds to it. */
function documentTitle({ documentTitle: likes }: Sheet): string | null {
  const whole = plain(document.title, LONGEST_TITLE);
  return whole === null ? null : (plain(valueLike(whole, likes), LONGEST_TITLE) ?? whole);
}

function readRole(sheet: Sheet, role: ReadPerson["role"], places: readonly PersonSheet[], scope: Scope): ReadPerson[] {
  for (const place of places) {
    const found = new Map<string, ReadPerson>();
    // Who is signed in often stands in a closed menu; in-house pages may hold what they say in elements nobody sees.
    const select = role === "me" || sheet.each !== null ? selectAll : selectShown;
    for (const element of select(scope, place.select)) {
      const person = readPerson(sheet, role, place, element);
      if (person === null) continue;
      // One person may stand there twice, by the picture and by the name.
      const id = person.handle ?? person.email ?? person.name ?? "";
      found.set(id, { ...person, ...found.get(id) });
    }
    if (found.size > 0) return [...found.values()].slice(0, MOST_OF_A_ROLE);
  }
  return [];
}

function readPerson({ nobody }: Sheet, role: ReadPerson["role"], place: PersonSheet, element: Element): ReadPerson | null {
  const read = (by: ReadBy | null): string | null => {
    const value = by === null ? null : readValue(element, by, LONGEST_VALUE);
    return value === null || nobody.includes(value.toLowerCase()) ? null : value;
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
