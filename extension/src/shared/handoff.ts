/** What is known of one handoff, as the button, the form and the panel show it. */
import type { Item, Permission, Person, ReadPerson, Subject, Verdict } from "./api.js";

/** What a page says of the handoff in it. */
export interface Handoff {
  item: Item;
  people: ReadPerson[];
}

/** Where an operation stands on its way to the server. */
export type Sending = "sent" | "waiting" | "rejected";

export interface MyRating {
  id: string;
  verdict: Verdict;
  sending: Sending;
  /** Why the server refuses it, when it does. */
  problem: string | null;
}

export interface HandoffState {
  /** Whom a rating would be about, by name; null when somebody has to say. */
  subjectName: string | null;
  rating: MyRating | null;
  rate: Permission;
  thank: Permission;
  attribution: "open" | "pooled";
}

export interface Suggestions {
  /** The handle the page gives the provider: picking a member for it makes it an alias. */
  handle: string | null;
  people: Person[];
}

/** The identity of an item as one string. */
export function itemId(item: Pick<Item, "tool" | "host" | "key">): string {
  return [item.tool, item.host, item.key].join("\n");
}

/** The single provider a page names, or null when it names none or several. */
export function providerOf(people: readonly ReadPerson[], role: string | null): ReadPerson | null {
  const providers = people.filter((person) => person.role === role);
  return providers.length === 1 ? (providers[0] ?? null) : null;
}

/** A person read from a page as a rating's subject; null when nothing in it identifies anybody. */
export function subjectFrom(person: ReadPerson | null): Subject | null {
  if (person === null || (person.handle === undefined && person.email === undefined)) return null;
  return {
    ...(person.handle === undefined ? {} : { handle: person.handle }),
    ...(person.name === undefined ? {} : { name: person.name }),
    ...(person.email === undefined ? {} : { email: person.email }),
  };
}

/** The first of the words of a name: how a colleague is called in short lines. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name;
}
