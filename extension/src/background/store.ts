/**
 * The extension's own database (IndexedDB of its origin: pages and content scripts cannot reach it). Everything
 * that must outlive the background's sleep is here, the tokens included.
 */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from "idb";
import type { Attribution, Cause, Direction, Expectation, ExpectationPage, InboxPage, Item, NotePut, OwnService, Person, Problem, RatingPut, Repair, Resolution, Subject, Verdict } from "../shared/api.js";
import type { Handoff } from "../shared/handoff.js";
import type { Side } from "../shared/fair-play-messages.js";
import type { BrokenPage, FormView, TellBroken } from "../shared/messages.js";
import type { Tool } from "../shared/tool.js";

/** One thing to tell the server. It says everything itself, so it can be sent whenever the server is there. */
export interface Operation {
  seq: number;
  /** Whose it is: server and member. Sent only as that member. */
  account: string;
  /** The rating's or note's id. Operations of one target go out in the order they were made. */
  target: string;
  what:
    | { kind: "put-rating"; body: RatingPut }
    | { kind: "withdraw-rating"; revision: number }
    | { kind: "put-note"; body: NotePut }
    /** Anything done to an agreement or a thread, with how that will look when it is done. */
    | { kind: "tell"; method: "PUT" | "POST"; path: string; body: unknown; shown: Expectation | Repair };
  made_at: string;
  /** Counted before each try, so that a try whose end nobody saw counts too. */
  attempts: number;
  /** Not tried before this time, epoch milliseconds. */
  not_before: number;
  /** Why the server refused it for good; null while it waits. */
  rejected: Problem | null;
  /** Why the server lets it wait, when it has said so in words worth showing. */
  held: Problem | null;
}

/** What the server last stored of a rating. */
export interface Stored {
  revision: number;
  verdict: Verdict;
  cause: Cause | null;
  what_would_have_helped: string | null;
}

/** What I gave, as far as this browser knows. Of pooled ratings this is the only list there is. */
export interface GivenRating {
  id: string;
  account: string;
  item: Item;
  item_id: string;
  subject: Subject;
  direction: Direction;
  /** The handle the page gave the subject: tells this rating again while the server is away. */
  handle: string | null;
  person: Person | null;
  name: string;
  verdict: Verdict;
  cause: Cause | null;
  what_would_have_helped: string | null;
  revision: number;
  /** True once the server has stored some revision of it. */
  known_to_server: boolean;
  /** What stands when a change or a taking back is refused; null when nothing does, or nobody knows. */
  stored: Stored | null;
  withdrawn: boolean;
  /** What the server made of it; null until it has answered. */
  attribution: Attribution | null;
  /** What was shown when it was given here: the server is never to show more. */
  shown_as?: Attribution;
  /** The release it waits for, YYYY-MM-DD; pooled ones only. */
  release_on: string | null;
  /** In a release: it stays as it is. */
  released: boolean;
  given_at: string;
  changed_at: string;
}

export interface GivenNote {
  id: string;
  account: string;
  kind: "thanks" | "word";
  recipient: Subject;
  name: string;
  item: Item | null;
  text: string;
  written_at: string;
}

export interface Account {
  server: string;
  member: Person;
  email: string;
  organisation: string;
  access: string;
  refresh: string;
  /** False once the server no longer takes the refresh token: the member has to connect again. */
  usable: boolean;
}

export interface OwnSite {
  origin: string;
  host: string;
  tool: string;
}

export interface SiteSettings {
  tools: string[];
  own: OwnSite[];
}

export interface Unread {
  count: number;
  etag: string | null;
  failures: number;
}

/** The organisation's rules as the server last told them, for the one who is connected. */
export interface Rules {
  account: string;
  at: number;
  attribution: Attribution;
  k: number;
  /** YYYY-MM-DD; pooled organisations only. */
  next_release_on: string | null;
}

/** One of the organisation's own tool files, checked. */
export interface OwnToolFile {
  id: string;
  /** The SHA-256 of the file in its canonical form, as the server names it. */
  digest: string;
  file: Tool;
}

/** Of which list the own tool files are. */
export interface ToolShelf {
  account: string;
  etag: string | null;
  /** The extension that checked them: another one may take what this one could not. */
  checkedBy: string;
}

/** A breakage as it waits for the member's word, or for the server. No address, no host, no words of the page. */
export interface KeptBreakage extends Omit<BrokenPage, "name"> {
  key: string;
  account: string;
  bundled: boolean;
  /** The days (YYYY-MM-DD) it was last met, last told, and the member last said "not now"; null: never. */
  met_on: string;
  told_on: string | null;
  declined_on: string | null;
  /** The member has said that it may be told. */
  agreed: boolean;
}

interface Settings {
  /** A site the member is being asked for: the browser's question closes the popup that would go on. */
  plannedSite: { origin: string; tool: string; at?: number };
  tellBroken: TellBroken;
  toolShelf: ToolShelf;
  account: Account;
  sites: SiteSettings;
  unread: Unread;
  rules: Rules;
}

/** The right of one form frame to speak for the page it was opened in. */
export interface FormTicket {
  ticket: string;
  tab: number;
  /** The frame of the page's button; the page itself where it is not said. */
  frame?: number;
  view: FormView;
  handoff: Handoff;
  opened_at: number;
}

export interface Cached {
  key: string;
  account: string;
  at: number;
  value:
    | { resolution: Resolution }
    | { inbox: InboxPage }
    | { expectations: Record<Side, ExpectationPage> }
    | { told: Expectation | Repair }
    | { service: OwnService };
}

interface Schema extends DBSchema {
  settings: { key: string; value: Settings[keyof Settings] };
  operations: { key: number; value: Operation; indexes: { target: string } };
  ratings: { key: string; value: GivenRating; indexes: { item_id: string } };
  notes: { key: string; value: GivenNote };
  cache: { key: string; value: Cached };
  picks: { key: string; value: { key: string; account: string; person: Person } };
  tickets: { key: string; value: FormTicket };
  tools: { key: string; value: OwnToolFile };
  breakages: { key: string; value: KeptBreakage };
}

export type Database = IDBPDatabase<Schema>;

let opened: Promise<Database> | null = null;

export function database(): Promise<Database> {
  opened ??= openDB<Schema>("handclasp", 3, {
    upgrade(db, from, _, transaction) {
      if (from < 1) createStores(db);
      else if (from < 2) void addFairPlay(transaction).catch(() => transaction.abort());
      // Version 3: the organisation's own tool files, and pages that could not be read.
      db.createObjectStore("tools", { keyPath: "id" });
      db.createObjectStore("breakages", { keyPath: "key" });
    },
    terminated() {
      opened = null;
    },
  }).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

function createStores(db: Database): void {
  db.createObjectStore("settings");
  db.createObjectStore("operations", { keyPath: "seq", autoIncrement: true }).createIndex("target", "target");
  db.createObjectStore("ratings", { keyPath: "id" }).createIndex("item_id", "item_id");
  db.createObjectStore("notes", { keyPath: "id" });
  db.createObjectStore("cache", { keyPath: "key" });
  db.createObjectStore("picks", { keyPath: "key" });
  db.createObjectStore("tickets", { keyPath: "ticket" });
}

type Upgrade = IDBPTransaction<Schema, StoreNames<Schema>[], "versionchange">;

/** Version 2: ratings know direction, cause and attribution. Those from before were all of work, and open. */
async function addFairPlay(transaction: Upgrade): Promise<void> {
  const operations = transaction.objectStore("operations");
  const waiting = await operations.getAll();
  for (const operation of waiting) await operations.put({ ...operation, held: null });
  const ratings = transaction.objectStore("ratings");
  for (const rating of await ratings.getAll()) {
    const { revision, verdict, what_would_have_helped, known_to_server } = rating;
    const settled = known_to_server && waiting.every(({ target }) => target !== rating.id);
    await ratings.put({
      ...rating,
      direction: "service",
      cause: null,
      stored: settled ? { revision, verdict, cause: null, what_would_have_helped } : null,
      attribution: "open",
      release_on: null,
      released: false,
    });
  }
  // What was remembered has the old form; it is asked for again.
  await transaction.objectStore("cache").clear();
}

export async function readSetting<K extends keyof Settings>(name: K): Promise<Settings[K] | null> {
  const value = await (await database()).get("settings", name);
  return (value as Settings[K] | undefined) ?? null;
}

export async function writeSetting<K extends keyof Settings>(name: K, value: Settings[K]): Promise<void> {
  const transaction = (await database()).transaction("settings", "readwrite", { durability: "strict" });
  await Promise.all([transaction.store.put(value, name), transaction.done]);
}

export async function removeSetting(name: keyof Settings): Promise<void> {
  await (await database()).delete("settings", name);
}

/** The account as operations and caches are marked with it. */
export function accountId(account: Pick<Account, "server" | "member">): string {
  return `${account.server} ${account.member.id}`;
}
