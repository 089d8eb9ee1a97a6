/** The names of the contract's types (src/contract.ts is generated from shared-schemas/openapi.json). */
import type { components } from "../contract.js";

type Schemas = components["schemas"];

export type Person = Schemas["Person"];
export type Me = Schemas["Me"];
export type PeoplePage = Schemas["PeoplePage"];
export type Item = Schemas["Item"];
export type ResolveRequest = Schemas["ResolveRequest"];
export type ReadPerson = ResolveRequest["people"][number];
export type Resolution = Schemas["Resolution"];
export type Permission = Schemas["Resolution"]["rate"];
export type Attribution = Schemas["PolicyInForce"]["attribution"];
export type RatingPut = Schemas["RatingPut"];
export type Subject = RatingPut["subject"];
export type Verdict = RatingPut["verdict"];
export type Direction = Schemas["Rating"]["direction"];
export type Rating = Schemas["Rating"];
export type Cause = NonNullable<Rating["cause"]>;
export type RatingPage = Schemas["RatingPage"];
export type NotePut = Schemas["NotePut"];
export type Note = Schemas["Note"];
export type InboxEntry = Schemas["InboxEntry"];
export type InboxPage = Schemas["InboxPage"];
export type Expectation = Schemas["Expectation"];
export type ExpectationPage = Schemas["ExpectationPage"];
export type ExpectationPut = Schemas["ExpectationPut"];
export type ExpectationAnswer = Schemas["ExpectationResponse"];
export type Repair = Schemas["Repair"];
export type RepairPut = Schemas["RepairPut"];
export type Release = Schemas["Release"];
export type ReleaseCell = Schemas["ReleaseCell"];
export type OwnService = Schemas["MyService"];
export type Muted = Schemas["Mute"];

/** RFC 9457, as the server writes it. */
export interface Problem {
  /** The last part of `type`: "unknown-subject", "rating-exists" ... */
  code: string;
  status: number;
  /** Written for people. */
  detail: string;
  existing: string | null;
  /** The first bad field it points at ("#/subject"); null when it points at none. */
  pointer: string | null;
}
