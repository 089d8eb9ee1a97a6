/** Mends what the server refuses only because this browser knew too little: a rating given or changed elsewhere. */
import type { Rating } from "../shared/api.js";
import { call } from "./http.js";
import { isGiving } from "./outbox-rules.js";
import { storedIn } from "./ratings.js";
import { wait } from "./retry-policy.js";
import { database, type Account, type Operation } from "./store.js";

/** I rated this handoff before, under another id: what waits becomes a change of that rating. */
export async function adopt(account: Account, operation: Operation, existing: string): Promise<void> {
  await over(account, operation, existing);
}

/** The revision was used elsewhere: what waits gets the next ones. */
export async function raise(account: Account, operation: Operation): Promise<void> {
  await over(account, operation, operation.target);
}

async function over(account: Account, operation: Operation, id: string): Promise<void> {
  const answered = await call<Rating>(account, { method: "GET", path: `/api/v1/ratings/${id}` });
  const transaction = (await database()).transaction(["operations", "ratings"], "readwrite", { durability: "strict" });
  const operations = transaction.objectStore("operations");
  const ratings = transaction.objectStore("ratings");
  if (answered.kind !== "ok") {
    const kept = await operations.get(operation.seq);
    if (kept !== undefined) await operations.put({ ...kept, not_before: Date.now() + wait(kept.attempts, Math.random()) });
    return transaction.done;
  }
  let revision = answered.body.revision;
  const waiting = (await operations.index("target").getAll(operation.target)).filter(isGiving);
  for (const each of waiting.sort((a, b) => a.seq - b.seq)) {
    revision += 1;
    await operations.put({ ...each, target: id, what: withRevision(each.what, revision, answered.body) });
  }
  const mine = await ratings.get(operation.target);
  if (mine !== undefined) {
    if (id !== operation.target) await ratings.delete(operation.target);
    const { given_at, attribution, release_on } = answered.body;
    await ratings.put({ ...mine, id, revision, known_to_server: true, stored: storedIn(answered.body), given_at, attribution, release_on });
  }
  return transaction.done;
}

function withRevision(what: Operation["what"], revision: number, stored: Rating): Operation["what"] {
  if (what.kind === "withdraw-rating") return { ...what, revision };
  if (what.kind === "put-rating") return { ...what, body: { ...what.body, revision, subject: { member: stored.subject.id } } };
  return what;
}
