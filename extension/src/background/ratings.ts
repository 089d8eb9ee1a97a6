/** My ratings as this browser knows them: what I did here, and what the server told of what I did elsewhere. */
import type { Item, Rating } from "../shared/api.js";
import { itemId, type Handoff } from "../shared/handoff.js";
import { accountId, database, type Account, type GivenRating, type Stored } from "./store.js";

/** As much of what a rating is about as tells it again. */
type Known = Pick<GivenRating, "person" | "handle" | "direction">;

/** My rating of this handoff, withdrawn ones included (they are revived, not doubled); null when there is none. */
export async function ratingAbout(account: Account, handoff: Handoff, about: Known): Promise<GivenRating | null> {
  const found = await (await database()).getAllFromIndex("ratings", "item_id", itemId(handoff.item));
  const mine = found.filter((rating) => rating.account === accountId(account) && isAbout(rating, about));
  return mine.find((rating) => !rating.withdrawn) ?? mine[0] ?? null;
}

function isAbout(rating: GivenRating, about: Known): boolean {
  if (rating.direction !== about.direction) return false;
  if (rating.person !== null && about.person !== null) return rating.person.id === about.person.id;
  return about.handle !== null && rating.handle === about.handle;
}

/** Takes over what the server says of a rating of mine, unless something about it still waits to be sent. */
export async function adoptFromServer(account: Account, rating: Rating, item: Item): Promise<void> {
  const transaction = (await database()).transaction(["ratings", "operations"], "readwrite");
  const ratings = transaction.objectStore("ratings");
  const waiting = await transaction.objectStore("operations").index("target").count(rating.id);
  const known = await ratings.get(rating.id);
  if (waiting === 0 && (known?.revision ?? 0) <= rating.revision) {
    await ratings.put(fromServer(account, rating, rating.item ?? item, known?.handle ?? null));
  }
  await transaction.done;
}

/** The server says that my rating of this handoff is in a release: it stays as it is. */
export async function markReleased(account: Account, handoff: Handoff, about: Known): Promise<void> {
  const known = await ratingAbout(account, handoff, about);
  if (known === null || known.withdrawn || known.released) return;
  const transaction = (await database()).transaction(["ratings", "operations"], "readwrite");
  const waiting = await transaction.objectStore("operations").index("target").count(known.id);
  if (waiting === 0) await transaction.objectStore("ratings").put({ ...known, released: true });
  await transaction.done;
}

/** The server's rating in the form it is kept here. The answer about a pooled one names no item: it is the one asked about. */
export function fromServer(account: Account, rating: Rating, item: Item, handle: string | null): GivenRating {
  const stored = storedIn(rating);
  return {
    id: rating.id,
    account: accountId(account),
    item,
    item_id: itemId(item),
    subject: { member: rating.subject.id },
    direction: rating.direction,
    handle,
    person: rating.subject,
    name: rating.subject.name,
    verdict: rating.verdict ?? "met",
    cause: rating.cause,
    what_would_have_helped: rating.what_would_have_helped,
    revision: rating.revision,
    known_to_server: true,
    stored,
    withdrawn: rating.withdrawn,
    attribution: rating.attribution,
    release_on: rating.release_on,
    released: false,
    given_at: rating.given_at,
    changed_at: rating.changed_at,
  };
}

/** What stands at the server by its answer; null for a rating that is taken back. */
export function storedIn({ revision, verdict, cause, what_would_have_helped, withdrawn }: Rating): Stored | null {
  return verdict === null || withdrawn ? null : { revision, verdict, cause, what_would_have_helped };
}
