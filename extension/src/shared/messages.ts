/**
 * Everything that is said between the parts of the extension, named by who speaks to whom. A message has the
 * form {type, ...ask}; the answer is wrapped in a Reply, so that a failure arrives as a sentence for people.
 */
import type { Attribution, Cause, Direction, InboxEntry, Item, Person, Verdict } from "./api.js";
import type { FromFairPlay } from "./fair-play-messages.js";
import type { Handoff, HandoffState, Sending, Suggestions, Wish } from "./handoff.js";
import type { Sheet } from "./sheet.js";
import type { WayOut } from "./ways-out.js";

export type FormView = "missed" | "thanks" | "word" | "who" | "rejected";

/** Thanks in words that are written already: sent with one tap, and read before it. */
export type ReadyThanks = "work" | "ask" | "early";

/** From the in-page button to the background. */
export interface FromPage {
  /**
   * Null when nobody is connected or the site is not granted: then the page is left alone. `digest` is another one as
   * soon as the file of any of the site's tools is. A page that is not `ready` for a sheet has the buttons' script
   * brought in before the answer.
   */
  "page.look": { ask: { url: string; ready: boolean }; answer: { digest: string; sheet: Sheet | null } | null };
  /**
   * The address is an item's, but parts of the tool's file found nothing. `failed` are JSON pointers into the file:
   * "#/anchors", "#/title/0", "#/people/owner". Nothing else is told.
   */
  "page.broken": { ask: { kind: string | null; failed: string[] }; answer: null };
  "page.handoff": { ask: { handoff: Handoff }; answer: HandoffState };
  /** Stores the verdict in the outbox before it answers. A missed of an open rating needs its line: that goes by the form. */
  "page.rate": { ask: { handoff: Handoff; verdict: Verdict }; answer: HandoffState };
  /** Names what a missed mostly lay at; null takes that back. */
  "page.cause": { ask: { handoff: Handoff; cause: Cause | null }; answer: HandoffState };
  "page.thank": { ask: { handoff: Handoff; ready: ReadyThanks }; answer: HandoffState };
  "page.withdraw": { ask: { handoff: Handoff }; answer: HandoffState };
  "page.open-form": { ask: { handoff: Handoff; view: FormView }; answer: { ticket: string } };
  "page.close-form": { ask: { ticket: string }; answer: null };
}

export interface FormContext {
  view: FormView;
  handoff: Handoff;
  state: HandoffState;
  suggestions: Suggestions;
  refusals: Refusal[];
}

/** Something given for this handoff that the server refused, and what can be done about it. */
export interface Refusal {
  id: string;
  kind: GivenEntry["kind"];
  verdict: Verdict | null;
  wish: Wish | null;
  detail: string;
  /** What was typed. */
  text: string | null;
  ways: WayOut[];
}

/** From the in-page form to the background. Each carries the ticket its frame was opened with. */
export interface FromForm {
  "form.context": { ask: { ticket: string }; answer: FormContext };
  "form.people": { ask: { ticket: string; q: string }; answer: Person[] };
  "form.pick": { ask: { ticket: string; person: Person }; answer: null };
  /** For a rating the server refused: sends it about the member named. */
  "form.readdress": { ask: { ticket: string; id: string; person: Person }; answer: null };
  "form.missed": { ask: { ticket: string; text: string }; answer: null };
  "form.write": { ask: { ticket: string; kind: "thanks" | "word"; text: string }; answer: null };
  /** For what the server refused: sends it in other words; null sends a rating without any. */
  "form.rewrite": { ask: { ticket: string; id: string; text: string | null }; answer: null };
  /** For a rating whose words the server does not take: the words go as a word in private. */
  "form.tell-instead": { ask: { ticket: string; id: string }; answer: null };
  /** For a rating that the rules changed under: gives it anew by those that hold now; an open missed with its line. */
  "form.all-the-same": { ask: { ticket: string; id: string; text: string | null }; answer: null };
  "form.discard": { ask: { ticket: string; id: string }; answer: null };
  "form.size": { ask: { ticket: string; height: number }; answer: null };
  "form.close": { ask: { ticket: string }; answer: null };
}

export interface Connection {
  /** "away": connected, but the permission for the server's address was taken back. */
  status: "none" | "connected" | "reconnect" | "away";
  server: string | null;
  member: Person | null;
  email: string | null;
  organisation: string | null;
}

export interface InboxView {
  entries: InboxEntry[];
  next: string | null;
  unread: number;
  /** When this was true, as epoch milliseconds; null when it is what the server says now. */
  cachedAt: number | null;
}

/** One line of what I gave. */
export interface GivenEntry {
  id: string;
  kind: "rating" | "thanks" | "word";
  name: string;
  item: Handoff["item"] | null;
  verdict: Verdict | null;
  cause: Cause | null;
  direction: Direction | null;
  attribution: Attribution | null;
  /** The release a pooled rating waits for, YYYY-MM-DD. */
  releaseOn: string | null;
  released: boolean;
  text: string | null;
  at: string;
  sending: Sending;
  /** What the last operation on a rating wanted; null for notes. */
  wish: Wish | null;
  /** Why it was refused, or has to wait. */
  problem: { code: string; detail: string } | null;
  /** What can be done when it was refused. */
  ways: WayOut[];
}

export interface ToolChoice {
  id: string;
  name: string;
  origins: string[];
  /** What the member wants. The button appears where it is granted, too. */
  on: boolean;
  /** Wanted, but not granted: taken back since, or named by a newer file. */
  missing: string[];
  selfHosted: boolean;
  /** By the organisation's own file. */
  own: boolean;
}

export interface SiteChoice {
  host: string;
  origin: string;
  tool: string;
  on: boolean;
}

/** A tool or a site that is turned on, and not granted any more. */
export interface LostGrant {
  name: string;
  /** The patterns to ask the browser for. */
  origins: string[];
}

/** A tool that a page may belong to. */
export interface Candidate {
  id: string;
  name: string;
}

/** Parts of a tool's file that found nothing on a page of this kind. Knows no address. */
export interface BrokenPage {
  tool: string;
  name: string;
  digest: string;
  kind: string | null;
  failed: string[];
}

/** Whether the administrators are told when a page cannot be read. */
export type TellBroken = "never" | "ask" | "always";

/** From the panel and the options page to the background. */
export interface FromPanel extends FromFairPlay {
  "panel.status": { ask: object; answer: { connection: Connection; unread: number } };
  "panel.connect": { ask: { server: string }; answer: Connection };
  "panel.reconnect": { ask: object; answer: Connection };
  "panel.disconnect": { ask: object; answer: Connection };
  "panel.cached-inbox": { ask: object; answer: InboxView | null };
  "panel.inbox": { ask: { cursor: string | null }; answer: InboxView };
  "panel.mark-read": { ask: { ids: string[] }; answer: { unread: number } };
  "panel.cached-given": { ask: object; answer: GivenEntry[] };
  "panel.given": { ask: object; answer: GivenEntry[] };
  "panel.people": { ask: { q: string }; answer: Person[] };
  "panel.handoff": { ask: { handoff: Handoff; person: Person | null }; answer: HandoffState };
  "panel.suggestions": { ask: { handoff: Handoff }; answer: Suggestions };
  "panel.rate": {
    ask: { handoff: Handoff; person: Person | null; verdict: Verdict; text: string | null };
    answer: HandoffState;
  };
  "panel.write": { ask: { kind: "thanks" | "word"; handoff: Handoff | null; person: Person | null; text: string }; answer: null };
  "panel.cause": { ask: { handoff: Handoff; person: Person | null; cause: Cause | null }; answer: HandoffState };
  "panel.withdraw": { ask: { id: string }; answer: GivenEntry[] };
  "panel.change": { ask: { id: string; verdict: Verdict; text: string | null; cause: Cause | null }; answer: GivenEntry[] };
  "panel.all-the-same": { ask: { id: string; text: string | null }; answer: GivenEntry[] };
  "panel.tell-instead": { ask: { id: string }; answer: GivenEntry[] };
  /** For what the server refused: sends it about the member named. */
  "panel.readdress": { ask: { id: string; person: Person }; answer: GivenEntry[] };
  /** For a note the server refused: sends other words under a new id. */
  "panel.rewrite": { ask: { id: string; text: string }; answer: GivenEntry[] };
  "panel.discard": { ask: { id: string }; answer: GivenEntry[] };
  "panel.send-now": { ask: object; answer: null };
  "panel.sites": { ask: object; answer: { tools: ToolChoice[]; sites: SiteChoice[] } };
  "panel.set-tool": { ask: { id: string; on: boolean }; answer: null };
  /** Said just before the browser asks for the origin: its question may close the popup. */
  "panel.plan-site": { ask: { origin: string; tool: string }; answer: null };
  "panel.add-site": { ask: { origin: string; tool: string }; answer: null };
  "panel.remove-site": { ask: { host: string }; answer: null };
  /** What is turned on, but not granted any more. `here` is the one of this address. */
  "panel.lost-grants": { ask: { url: string | null }; answer: { all: LostGrant[]; here: LostGrant | null } };
  /** Which tools the page in this tab may belong to, the likeliest first. Looks only; for the tab under the popup. */
  "panel.recognise": { ask: { tab: number; url: string }; answer: Candidate[] };
  /** What is rated on a page without a button; null for what is no web page. */
  "panel.item-at": { ask: { tab: number; url: string; title: string }; answer: Item | null };
  /** The names of the organisation's own tools, by id. */
  "panel.tool-names": { ask: object; answer: Record<string, string> };
  /** Looks for newer tool files of the organisation. */
  "panel.look-for-tools": { ask: object; answer: null };
  /** What could not be read on a page at this address, when the member is to be asked about it; null else. */
  "panel.broken": { ask: { url: string }; answer: BrokenPage | null };
  "panel.answer-broken": { ask: { broken: BrokenPage; answer: "tell" | "always" | "not-now" }; answer: null };
  "panel.tell-broken": { ask: object; answer: TellBroken };
  "panel.set-tell-broken": { ask: { value: TellBroken }; answer: null };
}

/** From the background to the in-page button. */
export type ToPage =
  | { type: "background.changed" }
  /** A frame of this page shows an item. */
  | { type: "background.framed" }
  | { type: "background.form-size"; ticket: string; height: number }
  | { type: "background.form-closed"; ticket: string };

/** From the panel to the in-page button of the tab it was opened over. */
export interface ToPageFromPanel {
  type: "panel.what-is-here";
}

/** From the background to open panels and options pages. */
export interface ToPanel {
  type: "background.changed";
}

export type Reply<T> = { ok: true; value: T } | { ok: false; detail: string };

export type Requests = FromPage & FromForm & FromPanel;
export type Ask<K extends keyof Requests> = Requests[K]["ask"];
export type Answer<K extends keyof Requests> = Requests[K]["answer"];
