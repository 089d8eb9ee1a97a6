/**
 * What I gave: this browser's own record. Open ratings are brought up to date from the server where it can be reached;
 * pooled ones the server lists to nobody, not even to me.
 */
import type { RatingPage } from "../shared/api.js";
import { itemId, type Handoff, type Wish } from "../shared/handoff.js";
import type { GivenEntry, Refusal } from "../shared/messages.js";
import { waysOut, type WayOut } from "../shared/ways-out.js";
import { call } from "./http.js";
import { isGiving, sendingIn, standingIn } from "./outbox-rules.js";
import { fromServer } from "./ratings.js";
import { attributionOf } from "./rules.js";
import { accountId, database, type Account, type GivenNote, type GivenRating, type Operation } from "./store.js";

const PAGE = 50;

/** Everything I gave as this browser knows it, latest first; what is not sent or is refused says so. */
export async function givenHere(account: Account): Promise<GivenEntry[]> {
  const db = await database();
  const mine = <T extends { account: string }>(rows: T[]): T[] => rows.filter((row) => row.account === accountId(account));
  const waiting = Map.groupBy(mine(await db.getAll("operations")).filter(isGiving), (operation) => operation.target);
  const rated = mine(await db.getAll("ratings"));
  const attributions = await Promise.all(rated.map(attributionOf));
  const ratings = rated
    .map((rating, at) => ({ ...rating, attribution: attributions[at] ?? null }))
    .map((rating) => ({ withdrawn: rating.withdrawn, entry: ratingEntry(rating, waiting.get(rating.id) ?? []) }))
    // One whose taking back was refused still stands.
    .filter(({ withdrawn, entry }) => !withdrawn || entry.sending === "rejected")
    .map(({ entry }) => entry);
  const notes = mine(await db.getAll("notes")).map((note) => noteEntry(note, waiting.get(note.id) ?? []));
  return [...ratings, ...notes].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

function ratingEntry(rating: GivenRating, operations: Operation[]): GivenEntry {
  const { id, name, item, verdict, cause, direction, attribution, release_on: releaseOn, released, changed_at: at } = rating;
  const text = rating.what_would_have_helped;
  const standing = standingIn(operations, rating);
  const ways = waysOf(operations, standing.wish, text !== null);
  return { id, kind: "rating", name, item, verdict, cause, direction, attribution, releaseOn, released, text, at, ...standing, ways };
}

function noteEntry({ id, kind, name, item, text, written_at: at }: GivenNote, operations: Operation[]): GivenEntry {
  const none = { verdict: null, cause: null, direction: null, attribution: null, releaseOn: null, released: false, wish: null };
  return { id, kind, name, item, text, at, ...none, ...sendingIn(operations), ways: waysOf(operations, null, true) };
}

function waysOf(operations: Operation[], wish: Wish | null, hasWords: boolean): WayOut[] {
  const refused = operations.find(({ rejected }) => rejected !== null)?.rejected ?? null;
  return refused === null ? [] : waysOut(refused, wish, hasWords);
}

/** What the server refused of what I gave for this handoff. */
export async function refusalsFor(account: Account, handoff: Handoff): Promise<Refusal[]> {
  const given = await givenHere(account);
  return given
    .filter(({ item, sending }) => sending === "rejected" && item !== null && itemId(item) === itemId(handoff.item))
    .map(({ id, kind, verdict, wish, problem, text, ways }) => ({ id, kind, verdict, wish, detail: problem?.detail ?? "", text, ways }));
}

/** Takes over the server's list of my open ratings; what still waits to be sent stays as I gave it. */
export async function refreshGiven(account: Account): Promise<void> {
  const answered = await call<RatingPage>(account, { method: "GET", path: `/api/v1/ratings?limit=${PAGE}` });
  if (answered.kind !== "ok") return;
  const transaction = (await database()).transaction(["ratings", "operations"], "readwrite");
  const ratings = transaction.objectStore("ratings");
  const waiting = new Set((await transaction.objectStore("operations").getAll()).map((operation) => operation.target));
  const listed = new Set(answered.body.items.map((rating) => rating.id));
  for (const rating of answered.body.items) {
    const known = await ratings.get(rating.id);
    const item = rating.item ?? known?.item;
    if (item !== undefined && !waiting.has(rating.id) && (known?.revision ?? 0) <= rating.revision) {
      await ratings.put(fromServer(account, rating, item, known?.handle ?? null));
    }
  }
  // A whole list without it means that it was withdrawn elsewhere. Pooled ones are never listed.
  const gone = answered.body.next === null ? await ratings.getAll() : [];
  for (const rating of gone) {
    const here = rating.account === accountId(account) && rating.attribution === "open" && rating.known_to_server && !rating.withdrawn;
    if (here && !waiting.has(rating.id) && !listed.has(rating.id)) await ratings.delete(rating.id);
  }
  await transaction.done;
}
