/** What I gave: this browser's own record, brought up to date from the server where it can be reached. */
import type { RatingPage } from "../shared/api.js";
import type { GivenEntry } from "../shared/messages.js";
import { call } from "./http.js";
import { fromServer } from "./ratings.js";
import { accountId, database, type Account, type Operation } from "./store.js";

const PAGE = 50;

/** Everything I gave as this browser knows it, latest first; what is not sent or is refused says so. */
export async function givenHere(account: Account): Promise<GivenEntry[]> {
  const db = await database();
  const mine = <T extends { account: string }>(rows: T[]): T[] => rows.filter((row) => row.account === accountId(account));
  const waiting = Map.groupBy(mine(await db.getAll("operations")), (operation) => operation.target);
  const ratings = mine(await db.getAll("ratings"))
    .filter((rating) => !rating.withdrawn)
    .map((rating): GivenEntry => {
      const { id, name, item, verdict, what_would_have_helped: text, changed_at: at } = rating;
      return { id, kind: "rating", name, item, verdict, text, at, ...standing(waiting.get(id)) };
    });
  const notes = mine(await db.getAll("notes")).map((note): GivenEntry => {
    const { id, kind, name, item, text, written_at: at } = note;
    return { id, kind, name, item, verdict: null, text, at, ...standing(waiting.get(id)) };
  });
  return [...ratings, ...notes].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** Takes over the server's list of my ratings; what still waits to be sent stays as I gave it. */
export async function refreshGiven(account: Account): Promise<void> {
  const answered = await call<RatingPage>(account, { method: "GET", path: `/api/v1/ratings?limit=${PAGE}` });
  if (answered.kind !== "ok") return;
  const transaction = (await database()).transaction(["ratings", "operations"], "readwrite");
  const ratings = transaction.objectStore("ratings");
  const waiting = new Set((await transaction.objectStore("operations").getAll()).map((operation) => operation.target));
  const listed = new Set(answered.body.items.map((rating) => rating.id));
  for (const rating of answered.body.items) {
    const known = await ratings.get(rating.id);
    if (!waiting.has(rating.id) && (known?.revision ?? 0) <= rating.revision) {
      await ratings.put(fromServer(account, rating, known?.handle ?? null));
    }
  }
  // A whole list without it means that it was withdrawn elsewhere.
  const gone = answered.body.next === null ? await ratings.getAll() : [];
  for (const rating of gone) {
    const here = rating.account === accountId(account) && rating.known_to_server && !rating.withdrawn;
    if (here && !waiting.has(rating.id) && !listed.has(rating.id)) await ratings.delete(rating.id);
  }
  await transaction.done;
}

function standing(operations: Operation[] | undefined): Pick<GivenEntry, "sending" | "problem"> {
  const refused = operations?.find((operation) => operation.rejected !== null)?.rejected;
  if (refused !== undefined && refused !== null) {
    return { sending: "rejected", problem: { code: refused.code, detail: refused.detail } };
  }
  return { sending: operations === undefined ? "sent" : "waiting", problem: null };
}
