/**
 * What a click does: it is written down, in one transaction with its operation for the server, before anything
 * else. Nothing here waits for the network.
 */
import type { Cause, NotePut, Person, Subject, Verdict } from "../shared/api.js";
import { t } from "../shared/browser.js";
import { itemId, type Handoff } from "../shared/handoff.js";
import { aboutNow, attributionNow } from "./handoffs.js";
import { Sentence } from "./http.js";
import { drain, wakeLater } from "./outbox.js";
import { anew, asSent, isGiving, planPut, planWithdraw, revivable } from "./outbox-rules.js";
import { ratingAbout } from "./ratings.js";
import { forget } from "./resolutions.js";
import { accountId, database, type Account, type GivenRating, type Operation } from "./store.js";

/** What a rating says. */
export interface Saying {
  verdict: Verdict;
  /** What would have helped: a missed in an open organisation. */
  text: string | null;
  cause: Cause | null;
}

/** Rates a handoff, or changes my rating of it. Throws a Sentence when nobody can tell whom it is about. */
export async function rate(account: Account, handoff: Handoff, picked: Person | null, verdict: Verdict, text: string | null): Promise<void> {
  const about = await aboutNow(account, handoff, picked);
  if (about === null) throw new Sentence(t("whoFirst"));
  if (about.person?.id === account.member.id) throw new Sentence(t("ownHandoff"));
  const attribution = await attributionNow(account, handoff);
  const known = revivable(await ratingAbout(account, handoff, about), attribution, today());
  if (known?.released === true) throw new Sentence(t("releasedStays"));
  const pooled = (known?.attribution ?? attribution) === "pooled";
  const { member } = about.subject;
  const now = new Date().toISOString();
  await put({
    id: known?.id ?? crypto.randomUUID(),
    account: accountId(account),
    item: handoff.item,
    item_id: itemId(handoff.item),
    // Who did it by my own word stays in this browser, where single ratings are for nobody's eyes.
    subject: pooled && member !== undefined && member !== null ? { member } : about.subject,
    direction: about.direction,
    handle: about.handle,
    person: about.person,
    name: about.name,
    // Words that a pooled rating cannot carry go along: the server refuses them, and they are offered another way.
    ...said({ verdict, text, cause: known?.verdict === verdict ? known.cause : null }),
    revision: (known?.revision ?? 0) + 1,
    known_to_server: known?.known_to_server ?? false,
    stored: known?.stored ?? null,
    withdrawn: false,
    attribution: known?.attribution ?? null,
    shown_as: known?.attribution ?? attribution,
    release_on: known?.release_on ?? null,
    released: false,
    given_at: known?.given_at ?? now,
    changed_at: now,
  });
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** Only a missed has words and a cause. */
function said({ verdict, text, cause }: Saying): Pick<GivenRating, "verdict" | "what_would_have_helped" | "cause"> {
  const missed = verdict === "missed";
  return { verdict, what_would_have_helped: missed ? text : null, cause: missed ? cause : null };
}

/** Changes what one of my ratings says. */
export async function change(id: string, saying: Saying): Promise<void> {
  const known = await ratingOf(id);
  await put({ ...known, ...next(known), ...said(saying) });
}

/** Sends a rating again with other words, or with none. */
export async function reword(id: string, text: string | null): Promise<void> {
  const { verdict, cause } = await ratingOf(id);
  await change(id, { verdict, text, cause });
}

/** Names what a missed mostly lay at; null takes that back. */
export async function nameCause(id: string, cause: Cause | null): Promise<void> {
  const known = await ratingOf(id);
  if (known.verdict !== "missed" || known.cause === cause) return;
  await change(id, { verdict: "missed", text: known.what_would_have_helped, cause });
}

/** Sends what the server refused about this member instead. */
export async function readdress(id: string, person: Person): Promise<void> {
  if ((await (await database()).get("notes", id)) !== undefined) return rewrite(id, null, person);
  const known = await ratingOf(id);
  const handle = known.handle === null || (known.attribution ?? known.shown_as) === "pooled" ? {} : { handle: known.handle };
  return put({ ...known, ...next(known), subject: { member: person.id, ...handle }, person, name: person.name });
}

async function ratingOf(id: string): Promise<GivenRating> {
  const known = await (await database()).get("ratings", id);
  if (known === undefined) throw new Sentence(t("ratingGone"));
  if (known.released) throw new Sentence(t("releasedStays"));
  return known;
}

function next(known: GivenRating): Pick<GivenRating, "revision" | "withdrawn" | "changed_at"> {
  return { revision: known.revision + 1, withdrawn: false, changed_at: new Date().toISOString() };
}

async function put(rating: GivenRating): Promise<void> {
  const transaction = (await database()).transaction(["operations", "ratings"], "readwrite", { durability: "strict" });
  const operations = transaction.objectStore("operations");
  const plan = planPut((await operations.index("target").getAll(rating.id)).filter(isGiving));
  await Promise.all(plan.drop.map((seq) => operations.delete(seq)));
  await operations.add(
    operation(rating.account, rating.id, { kind: "put-rating", body: asSent(rating) }),
  );
  await transaction.objectStore("ratings").put(rating);
  await transaction.done;
  await afterwards(rating.item);
}

/** Takes one of my ratings back. Doing it again changes nothing. */
export async function withdraw(id: string): Promise<void> {
  const transaction = (await database()).transaction(["operations", "ratings"], "readwrite", { durability: "strict" });
  const operations = transaction.objectStore("operations");
  const ratings = transaction.objectStore("ratings");
  const rating = await ratings.get(id);
  if (rating === undefined || rating.withdrawn) return transaction.done;
  const plan = planWithdraw((await operations.index("target").getAll(id)).filter(isGiving), rating.known_to_server);
  await Promise.all(plan.drop.map((seq) => operations.delete(seq)));
  if (plan.send) {
    const revision = rating.revision + 1;
    await operations.add(operation(rating.account, id, { kind: "withdraw-rating", revision }));
    await ratings.put({ ...rating, revision, withdrawn: true, changed_at: new Date().toISOString() });
  } else {
    await ratings.delete(id);
  }
  await transaction.done;
  return afterwards(rating.item);
}

/**
 * Writes to whoever the handoff is about, or to the person picked: thanks, or a word in private. Throws a Sentence when
 * nobody can tell who that is.
 */
export async function write(account: Account, kind: NotePut["kind"], handoff: Handoff | null, picked: Person | null, text: string): Promise<void> {
  const about = handoff === null ? null : await aboutNow(account, handoff, picked);
  const recipient: Subject | null = about?.subject ?? (picked === null ? null : { member: picked.id });
  const name = about?.name ?? picked?.name;
  if (recipient === null || name === undefined) throw new Sentence(t("whoFirst"));
  if (recipient.member === account.member.id) throw new Sentence(t("ownThanks"));
  await putNote(accountId(account), { kind, recipient, item: handoff?.item ?? null, text }, name);
}

/** Sends a refused note again with other words or to somebody else: a note has one text, so it gets a new id. */
export async function rewrite(id: string, text: string | null, person: Person | null): Promise<void> {
  const note = await (await database()).get("notes", id);
  if (note === undefined) throw new Sentence(t("noteGone"));
  await discard(id);
  await putNote(
    note.account,
    { kind: note.kind, recipient: person === null ? note.recipient : { member: person.id }, item: note.item, text: text ?? note.text },
    person?.name ?? note.name,
  );
}

/** Sends the words of a refused rating as a word in private instead, and the rating without them. */
export async function tellInstead(id: string): Promise<void> {
  const rating = await ratingOf(id);
  if (rating.what_would_have_helped !== null) {
    await putNote(rating.account, { kind: "word", recipient: rating.subject, item: rating.item, text: rating.what_would_have_helped }, rating.name);
  }
  await reword(id, null);
}

/** Gives a rating all the same after the rules have changed: under a new id, for whom they now show it to. */
export async function rateAllTheSame(id: string, text: string | null): Promise<void> {
  const known = await ratingOf(id);
  await discard(id);
  await put(anew(known, crypto.randomUUID(), text, new Date().toISOString()));
}

/** Writes a note down and sends it soon. The same id again is the same note. */
export async function putNote(account: string, body: NotePut, name: string, id: string = crypto.randomUUID()): Promise<void> {
  const transaction = (await database()).transaction(["operations", "notes"], "readwrite", { durability: "strict" });
  await transaction.objectStore("operations").add(operation(account, id, { kind: "put-note", body }));
  await transaction.objectStore("notes").put({
    id,
    account,
    kind: body.kind,
    recipient: body.recipient,
    name,
    item: body.item ?? null,
    text: body.text,
    written_at: new Date().toISOString(),
  });
  await transaction.done;
  await afterwards(null);
}

/**
 * Gives up what the server refused. Of a change or a taking back that means: what stands at the server stands here
 * again; nothing of the rest was ever stored there.
 */
export async function discard(id: string): Promise<void> {
  const transaction = (await database()).transaction(["operations", "ratings", "notes"], "readwrite", { durability: "strict" });
  const operations = transaction.objectStore("operations");
  const ratings = transaction.objectStore("ratings");
  const waiting = (await operations.index("target").getAll(id)).filter(isGiving);
  for (const { seq } of waiting) await operations.delete(seq);
  const rating = await ratings.get(id);
  if (rating?.known_to_server === true && rating.stored !== null) {
    const released = rating.released || waiting.some(({ rejected }) => rejected?.code === "rating-released");
    await ratings.put({ ...rating, ...rating.stored, withdrawn: false, released });
  } else {
    // One that the server knows comes back as it stands there with the next look at what I gave.
    await ratings.delete(id);
  }
  await transaction.objectStore("notes").delete(id);
  await transaction.done;
  await afterwards(rating?.item ?? null);
}

function operation(account: string, target: string, what: Operation["what"]): Operation {
  const made = { account, target, what, made_at: new Date().toISOString(), attempts: 0, not_before: 0, rejected: null, held: null };
  // The database gives the number (keyPath "seq", autoIncrement).
  return made as Operation;
}

async function afterwards(item: Handoff["item"] | null): Promise<void> {
  // The alarm is set before the try: if the browser ends the background now, it comes back for this.
  await wakeLater();
  if (item !== null) await forget(item);
  void drain();
}
