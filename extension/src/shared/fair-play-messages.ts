/** What the panel and the background say to each other about agreements, repairs, my own service and my rights. */
import type { Expectation, ExpectationAnswer, Item, Muted, OwnService, Person, Repair } from "./api.js";
import type { Sending } from "./handoff.js";

/** An agreement as it is now, with what I did that the server has not heard of yet. */
export interface ExpectationView {
  expectation: Expectation;
  sending: Sending;
  /** Why the server refuses what I did, or lets it wait, when it has said so. */
  problem: string | null;
  /** What I wanted and the server refuses. */
  refused: Expectation | null;
  /** True when I have thanked for an early no here. */
  thanked: boolean;
}

export interface RepairView {
  repair: Repair;
  sending: Sending;
  problem: string | null;
  refused: Repair | null;
}

export type Side = "asked_of_me" | "asked_by_me";

/** One side of my agreements; `next` is the cursor of what follows. */
export interface ExpectationList {
  views: ExpectationView[];
  next: string | null;
}

export type Expectations = Record<Side, ExpectationList>;

/** What I need of a colleague. */
export interface Proposal {
  provider: Person;
  item: Item | null;
  need: string;
  due: string | null;
}

/** From the panel to the background. */
export interface FromFairPlay {
  "panel.cached-expectations": { ask: object; answer: Expectations | null };
  "panel.expectations": { ask: object; answer: Expectations };
  "panel.more-expectations": { ask: { side: Side; cursor: string }; answer: ExpectationList };
  /** One agreement as it stands now by what is known here. */
  "panel.expectation": { ask: { expectation: Expectation }; answer: ExpectationView };
  /** Proposes, or with `known` says it in other words. Stored in the outbox before it answers, as are all that follow. */
  "panel.propose": { ask: { proposal: Proposal; known: Expectation | null }; answer: ExpectationView };
  "panel.answer": { ask: { expectation: Expectation; answer: ExpectationAnswer }; answer: ExpectationView };
  "panel.thank-early": { ask: { expectation: Expectation; text: string }; answer: ExpectationView };
  /** One thread as it stands now by what is known here. */
  "panel.repair": { ask: { repair: Repair }; answer: RepairView };
  "panel.say": { ask: { repair: Repair; text: string }; answer: RepairView };
  "panel.settle": { ask: { repair: Repair; state: Repair["state"] }; answer: RepairView };
  /** The thread of a rating or word of mine; null when there is none. */
  "panel.repair-of": { ask: { id: string }; answer: RepairView | null };
  /** Gives up what the server refused of an agreement or thread. */
  "panel.give-up": { ask: { id: string }; answer: null };
  "panel.cached-service": { ask: object; answer: OwnService | null };
  "panel.service": { ask: object; answer: OwnService };
  "panel.read-releases": { ask: { ids: string[] }; answer: { unread: number } };
  "panel.paused": { ask: object; answer: { paused: boolean } };
  "panel.pause": { ask: { paused: boolean }; answer: { paused: boolean } };
  "panel.mutes": { ask: object; answer: Muted[] };
  /** Null lets the colleague's entries arrive as they used to. */
  "panel.mute": { ask: { colleague: string; kind: Muted["kind"] | null }; answer: Muted[] };
  "panel.report": { ask: { note: string; reason: string | null }; answer: null };
  "panel.publish": { ask: { note: string; public: boolean }; answer: { public: boolean } };
}
