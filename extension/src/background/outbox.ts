/**
 * Brings what was written down to the server: one at a time, in order for each rating, and only once at a time.
 * An operation leaves only when the server has answered 2xx.
 */
import type { Expectation, Note, Rating, Repair } from "../shared/api.js";
import { api } from "../shared/browser.js";
import type { Sending, Standing } from "../shared/handoff.js";
import { connectedAccount } from "./connection.js";
import { call, type Answered } from "./http.js";
import { changed } from "./notify.js";
import { due, isGiving, nextDue, sendingIn, standingIn } from "./outbox-rules.js";
import { adopt, raise } from "./outbox-mending.js";
import { keepHeard, lookAgain } from "./heard.js";
import { forget } from "./resolutions.js";
import { storedIn } from "./ratings.js";
import { decide } from "./retry-policy.js";
import { accountId, database, type Account, type GivenRating, type Operation } from "./store.js";

export const OUTBOX_ALARM = "outbox";
const SHORTEST_ALARM = 30_000;
/** Past this the background may be asleep, and only the alarm is left. */
const LONGEST_TIMER = 25_000;
const MOST_MENDINGS = 6;

let running: Promise<void> | null = null;
let again = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Sends what is due. Called while it runs, it looks once more at the end; nothing is ever sent twice at a time. */
export function drain(): Promise<void> {
  again = true;
  running ??= rounds().finally(() => {
    running = null;
    if (again) void drain();
  });
  return running;
}

/** Sends everything that waits without waiting longer: the member asks, or the server is back. */
export async function sendNow(): Promise<void> {
  const transaction = (await database()).transaction("operations", "readwrite");
  for (const operation of await transaction.store.getAll()) {
    if (operation.not_before > 0) await transaction.store.put({ ...operation, not_before: 0 });
  }
  await transaction.done;
  await drain();
}

/** Makes sure that the background is woken for what waits, should it end before it is sent. */
export async function wakeLater(): Promise<void> {
  await api.alarms.create(OUTBOX_ALARM, { when: Date.now() + SHORTEST_ALARM });
}

/** Where the operations of a note stand. */
export async function sendingOf(target: string): Promise<{ sending: Sending; problem: Standing["problem"] }> {
  return sendingIn(await givingOf(target));
}

/** Where the operations of a rating stand. */
export async function standingOf(rating: GivenRating): Promise<Standing> {
  return standingIn(await givingOf(rating.id), rating);
}

async function givingOf(target: string): Promise<Operation[]> {
  return (await (await database()).getAllFromIndex("operations", "target", target)).filter(isGiving);
}

async function rounds(): Promise<void> {
  again = false;
  await round();
  await schedule();
}

async function round(): Promise<void> {
  for (;;) {
    const account = await connectedAccount();
    if (account?.usable !== true) return;
    const mine = (await waitingOf(account)).filter((operation) => operation.account === accountId(account));
    const next = due(mine, Date.now())[0];
    if (next === undefined || !(await attempt(account, next))) return;
  }
}

async function waitingOf(account: Account): Promise<Operation[]> {
  const all = await (await database()).getAll("operations");
  return all.filter((operation) => operation.account === accountId(account));
}

/** Tries one operation; false when the server should be left alone for now. */
async function attempt(account: Account, planned: Operation): Promise<boolean> {
  const operation = await countAttempt(planned.seq);
  if (operation === null) return true;
  const answered = await send(account, operation);
  const outcome =
    answered.kind === "no-answer"
      ? ({ kind: "no-answer" } as const)
      : ({ kind: "answer", status: answered.status, retryAfter: answered.kind === "refused" ? answered.retryAfter : null } as const);
  const decision = decide(outcome, operation.attempts, Date.now(), Math.random());
  if (decision.kind === "done" && answered.kind === "ok") await finish(operation, answered.body);
  else if (decision.kind === "reject" && answered.kind === "refused") await refused(account, operation, answered);
  else if (decision.kind === "retry") await put({ ...operation, not_before: decision.at, held: worthShowing(answered) });
  await changed();
  return decision.kind === "done" || decision.kind === "reject";
}

/** Writes the try down before it is made; null when the operation was dropped in the meantime. */
async function countAttempt(seq: number): Promise<Operation | null> {
  const transaction = (await database()).transaction("operations", "readwrite", { durability: "strict" });
  const operation = await transaction.store.get(seq);
  const counted = operation === undefined ? null : { ...operation, attempts: operation.attempts + 1 };
  if (counted !== null) await transaction.store.put(counted);
  await transaction.done;
  return counted;
}

/** These two say what is going on and when it goes on; any other failure that may pass is no news. */
function worthShowing(answered: Answered<unknown>): Operation["held"] {
  return answered.kind === "refused" && ["limit", "being-released"].includes(answered.problem.code) ? answered.problem : null;
}

function send(account: Account, { what, target }: Operation): Promise<Answered<Rating | Note | Expectation | Repair>> {
  switch (what.kind) {
    case "tell":
      return call(account, { method: what.method, path: what.path, body: what.body });
    case "put-rating":
      return call(account, { method: "PUT", path: `/api/v1/ratings/${target}`, body: what.body });
    case "withdraw-rating":
      return call(account, { method: "DELETE", path: `/api/v1/ratings/${target}?revision=${what.revision}` });
    case "put-note":
      return call(account, { method: "PUT", path: `/api/v1/notes/${target}`, body: what.body });
  }
}

async function finish(operation: Operation, stored: Rating | Note | Expectation | Repair): Promise<void> {
  const transaction = (await database()).transaction(["operations", "ratings", "cache"], "readwrite", { durability: "strict" });
  await transaction.objectStore("operations").delete(operation.seq);
  const more = (await transaction.objectStore("operations").index("target").getAll(operation.target)).filter(isGiving).length;
  const ratings = transaction.objectStore("ratings");
  const rating = await ratings.get(operation.target);
  if ("mine" in stored) await keepHeard(transaction.objectStore("cache"), operation.account, stored);
  if (rating !== undefined && "subject" in stored) {
    const known = {
      ...rating,
      known_to_server: true,
      stored: storedIn(stored),
      attribution: stored.attribution,
      release_on: stored.release_on,
      person: stored.subject,
      name: stored.subject.name,
      subject: { member: stored.subject.id },
    };
    const { verdict, cause, what_would_have_helped, revision, given_at, changed_at, withdrawn } = stored;
    // When nothing more waits, what the server stored is what I gave: also when it knew a later revision. A
    // withdrawn one stays known, so that rating the handoff again revives it.
    const latest = { verdict: verdict ?? known.verdict, cause, what_would_have_helped, revision, given_at, changed_at, withdrawn };
    await ratings.put(more > 0 ? known : { ...known, ...latest });
  }
  await transaction.done;
  // The answer about a pooled rating names no item.
  const item = stored.item ?? rating?.item ?? null;
  if (item !== null) await forget(item);
}

async function refused(account: Account, operation: Operation, answer: Extract<Answered<unknown>, { kind: "refused" }>): Promise<void> {
  const { problem } = answer;
  const mendable = operation.attempts < MOST_MENDINGS;
  if (operation.what.kind === "tell") {
    await put({ ...operation, rejected: problem });
    await lookAgain(account, operation.what.shown);
  } else if (operation.what.kind === "withdraw-rating" && problem.status === 404) {
    await dropTarget(operation);
  } else if (mendable && problem.code === "rating-exists" && problem.existing !== null) {
    await adopt(account, operation, problem.existing);
  } else if (mendable && problem.code === "revision-used") {
    await raise(account, operation);
  } else {
    await put({ ...operation, rejected: problem });
  }
}

/** The server knows no such rating: there is nothing to take back. */
async function dropTarget(operation: Operation): Promise<void> {
  const transaction = (await database()).transaction(["operations", "ratings"], "readwrite", { durability: "strict" });
  await transaction.objectStore("operations").delete(operation.seq);
  if (!(await transaction.objectStore("operations").index("target").getAll(operation.target)).some(isGiving)) {
    await transaction.objectStore("ratings").delete(operation.target);
  }
  await transaction.done;
}

async function put(operation: Operation): Promise<void> {
  const transaction = (await database()).transaction("operations", "readwrite", { durability: "strict" });
  // Not again, if it was dropped during the try.
  if ((await transaction.store.get(operation.seq)) !== undefined) await transaction.store.put(operation);
  await transaction.done;
}

async function schedule(): Promise<void> {
  clearTimeout(timer);
  const account = await connectedAccount();
  const next = account?.usable === true ? nextDue(await waitingOf(account)) : null;
  if (next === null) {
    await api.alarms.clear(OUTBOX_ALARM);
    return;
  }
  const inMs = Math.max(0, next - Date.now());
  if (inMs <= LONGEST_TIMER) timer = setTimeout(() => void drain(), inMs);
  await api.alarms.create(OUTBOX_ALARM, { when: Date.now() + Math.max(SHORTEST_ALARM, inMs) });
}
