/** What is known of one handoff, as the button, the form and the panel show it. */
import type { Attribution, Cause, Direction, Item, Permission, Person, ReadPerson, Subject, Verdict } from "./api.js";
import type { Agreed } from "./agreed.js";

/** What a page says of the handoff in it. */
export interface Handoff {
  item: Item;
  people: ReadPerson[];
}

/** Where an operation stands on its way to the server. */
export type Sending = "sent" | "waiting" | "rejected";

/** What the last operation on a rating wanted: a first verdict, another one, or none. */
export type Wish = "given" | "changed" | "withdrawn";

/** What stands of an operation: on its way, why it waits or was refused, and what it wanted. */
export interface Standing {
  sending: Sending;
  wish: Wish;
  /** Why the server refuses it, or lets it wait, when it has said so. */
  problem: { code: string; detail: string } | null;
}

export interface MyRating extends Standing {
  id: string;
  verdict: Verdict;
  cause: Cause | null;
  /** In a release: it stays as it is. */
  released: boolean;
}

/** The release a pooled rating goes into. */
export interface Pool {
  /** Fewer raters than this are never shown. */
  k: number;
  /** The next release date (YYYY-MM-DD); null when it is not known. */
  next: string | null;
}

/** What I wrote to the colleague about this item; null where I wrote nothing. */
export interface Said {
  thanks: Sending | null;
  word: Sending | null;
}

export interface HandoffState {
  /** "request" on my own work: there I am asked about the ask, and the subject is the customer. */
  direction: Direction;
  /** Whom a rating would be about, by name; null when somebody has to say. */
  subjectName: string | null;
  /** The same as a member, where that is known. */
  person: Person | null;
  rating: MyRating | null;
  rate: Permission;
  thank: Permission;
  /** That of my rating, else the one in force. */
  attribution: Attribution;
  pool: Pool | null;
  agreed: Agreed | null;
  said: Said;
}

export interface Suggestions {
  /** The handle the page gives the person: picking a member for it makes it an alias (not in pooled organisations). */
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
