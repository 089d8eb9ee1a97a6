/** My ratings as this browser knows them: what I did here, and what the server told of what I did elsewhere. */
import type { Rating } from "../shared/api.js";
import { itemId, type Handoff } from "../shared/handoff.js";
import { accountId, database, type Account, type GivenRating } from "./store.js";

/** As much of whom a rating is about as tells it again. */
type Known = Pick<GivenRating, "person" | "handle">;

/** My rating of this handoff, withdrawn ones included (they are revived, not doubled); null when there is none. */
export async function ratingAbout(account: Account, handoff: Handoff, about: Known): Promise<GivenRating | null> {
  const found = await (await database()).getAllFromIndex("ratings", "item_id", itemId(handoff.item));
  const mine = found.filter((rating) => rating.account === accountId(account) && isAbout(rating, about));
  return mine.find((rating) => !rating.withdrawn) ?? mine[0] ?? null;
}

function isAbout(rating: GivenRating, about: Known): boolean {
  if (rating.person !== null && about.person !== null) return rating.person.id === about.person.id;
  return about.handle !== null && rating.handle === about.handle;
}

/** Takes over what the server says of a rating of mine, unless something about it still waits to be sent. */
export async function adoptFromServer(account: Account, rating: Rating): Promise<void> {
  const transaction = (await database()).transaction(["ratings", "operations"], "readwrite");
  const ratings = transaction.objectStore("ratings");
  const waiting = await transaction.objectStore("operations").index("target").count(rating.id);
  const known = await ratings.get(rating.id);
  if (waiting === 0 && (known?.revision ?? 0) <= rating.revision) {
    await ratings.put(fromServer(account, rating, known?.handle ?? null));
  }
  await transaction.done;
}

/** The server's rating in the form it is kept here. */
export function fromServer(account: Account, rating: Rating, handle: string | null): GivenRating {
  return {
    id: rating.id,
    account: accountId(account),
    item: rating.item,
    item_id: itemId(rating.item),
    subject: { member: rating.subject.id },
    handle,
    person: rating.subject,
    name: rating.subject.name,
    verdict: rating.verdict ?? "met",
    what_would_have_helped: rating.what_would_have_helped,
    revision: rating.revision,
    known_to_server: true,
    withdrawn: rating.withdrawn,
    given_at: rating.given_at,
    changed_at: rating.changed_at,
  };
}
