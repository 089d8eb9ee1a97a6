/** What is known of a handoff: the server's word as far as it could be had, my own picks, my own rating. */
import { agreedIn } from "../shared/agreed.js";
import type { Attribution, Direction, Permission, Person, ReadPerson, Resolution, Subject } from "../shared/api.js";
import { t } from "../shared/browser.js";
import { itemId, providerOf, subjectFrom, type Handoff, type HandoffState, type MyRating, type Said, type Suggestions } from "../shared/handoff.js";
import { call } from "./http.js";
import { changed } from "./notify.js";
import { sendingOf, standingOf } from "./outbox.js";
import { adoptFromServer, markReleased, ratingAbout } from "./ratings.js";
import { remember, remembered } from "./resolutions.js";
import { poolOf, refreshRules, rulesOf } from "./rules.js";
import { accountId, database, type Account, type GivenRating, type Rules } from "./store.js";
import { providerRole } from "./tool-files.js";

const FRESH = 60_000;
const PATIENCE = 2_500;
const RELEASED = "released";

const ALLOWED: Permission = { allowed: true, code: null, detail: null };

/** Whom a rating or a note would be about, by what the server will know them, and which way it goes. */
export interface About {
  direction: Direction;
  subject: Subject;
  name: string;
  person: Person | null;
  handle: string | null;
}

/** The one the question is about, as the page and the server name them: the provider, or on my own work the customer. */
interface Asked {
  direction: Direction;
  handle: string | null;
  /** Certain, by the server's word. */
  person: Person | null;
  /** As the page names the provider; used only while the server has said nothing. */
  read: ReadPerson | null;
  rate: Permission | null;
  thank: Permission | null;
}

/** The handoff as it is shown. Asks the server, unless it answered within the last minute. */
export async function stateOf(account: Account, handoff: Handoff, picked: Person | null): Promise<HandoffState> {
  return describe(account, handoff, picked, await resolve(account, handoff));
}

/** The same by what is known here already: after a click nobody waits for the network. */
export async function stateNow(account: Account, handoff: Handoff, picked: Person | null): Promise<HandoffState> {
  return describe(account, handoff, picked, await resolutionNow(account, handoff));
}

async function describe(account: Account, handoff: Handoff, picked: Person | null, resolution: Resolution | null): Promise<HandoffState> {
  const asked = await whoIsAsked(account, handoff, resolution);
  const { direction, handle } = asked;
  const about = await aboutWhom(account, handoff, picked, asked, resolution);
  // One given while the server was away, of somebody it then did not know, is found by the page's handle.
  const known = await ratingAbout(account, handoff, about ?? { person: null, handle, direction });
  const rating = known === null ? null : await asShown(known);
  const rules = await rulesOf(account);
  const attribution = (rating === null ? null : known?.attribution) ?? attributionIn(resolution, rules);
  return {
    direction,
    subjectName: about?.name ?? null,
    person: about?.person ?? null,
    rating,
    ...permissions(account, about, asked),
    attribution,
    pool: attribution === "pooled" ? poolOf(rules, rating === null ? null : (known?.release_on ?? null)) : null,
    agreed: direction === "service" && about?.person?.id === resolution?.subject?.id ? agreedIn(resolution?.agreed ?? null) : null,
    said: await saidTo(account, handoff, about),
  };
}

/** My rating as it stands; null when there is none, or when I have taken it back and the server did not mind. */
async function asShown(rating: GivenRating): Promise<MyRating | null> {
  const standing = await standingOf(rating);
  if (rating.withdrawn && standing.sending !== "rejected") return null;
  const { id, verdict, cause, released } = rating;
  return { id, verdict, cause, released, ...standing };
}

/** Whom the handoff is about by what is known without the network; null when somebody has to say. */
export async function aboutNow(account: Account, handoff: Handoff, picked: Person | null): Promise<About | null> {
  const resolution = await resolutionNow(account, handoff);
  return aboutWhom(account, handoff, picked, await whoIsAsked(account, handoff, resolution), resolution);
}

/** What a new rating of this handoff would be, open or pooled, as far as it is known here. */
export async function attributionNow(account: Account, handoff: Handoff): Promise<Attribution> {
  return attributionIn(await resolutionNow(account, handoff), await rulesOf(account));
}

/** Never told anything, it is taken for open: that promises nobody too much. */
function attributionIn(resolution: Resolution | null, rules: Rules | null): Attribution {
  return resolution?.attribution ?? rules?.attribution ?? "open";
}

/** Keeps the member's answer to "Who did this?" for this handle (or, without one, for this item). */
export async function pick(account: Account, handoff: Handoff, person: Person): Promise<void> {
  const asked = await whoIsAsked(account, handoff, await resolutionNow(account, handoff));
  await (await database()).put("picks", { key: pickKey(account, handoff, asked), account: accountId(account), person });
}

export async function suggestionsFor(account: Account, handoff: Handoff): Promise<Suggestions> {
  const resolution = await resolve(account, handoff);
  return { handle: (await whoIsAsked(account, handoff, resolution)).handle, people: resolution?.suggestions ?? [] };
}

async function whoIsAsked(account: Account, handoff: Handoff, resolution: Resolution | null): Promise<Asked> {
  const ask = resolution?.subject?.id === account.member.id ? resolution.ask : null;
  if (ask !== null) return { direction: "request", handle: ask.handle, person: ask.subject, read: null, rate: ask.rate, thank: null };
  const read = providerOf(handoff.people, await providerRole(handoff.item.tool, handoff.item.kind));
  return {
    direction: "service",
    handle: read?.handle ?? null,
    person: resolution?.subject ?? null,
    read: resolution === null ? read : null,
    rate: resolution?.rate ?? null,
    thank: resolution?.thank ?? null,
  };
}

async function aboutWhom(account: Account, handoff: Handoff, picked: Person | null, asked: Asked, resolution: Resolution | null): Promise<About | null> {
  const { direction, handle, read } = asked;
  // In pooled organisations the server learns no handles from ratings, and needs none.
  const teach = handle === null || attributionIn(resolution, await rulesOf(account)) === "pooled" ? {} : { handle };
  const named = (person: Person, more: object): About => ({ direction, subject: { member: person.id, ...more }, name: person.name, person, handle });
  if (picked !== null) return named(picked, teach);
  if (asked.person !== null) return named(asked.person, {});
  const mine = await (await database()).get("picks", pickKey(account, handoff, asked));
  if (mine !== undefined) return named(mine.person, teach);
  // Only while the server has said nothing: what the page says must do, and the server decides later.
  const said = subjectFrom(read);
  return said === null ? null : { direction, subject: said, name: read?.name ?? handle ?? read?.email ?? "", person: null, handle };
}

/** The server's word, where it has spoken of this very person; nobody rates or thanks themselves in any case. */
function permissions(account: Account, about: About | null, asked: Asked): { rate: Permission; thank: Permission } {
  if (about?.person?.id === account.member.id) {
    const self: Permission = { allowed: false, code: "self", detail: t("ownHandoff") };
    return { rate: self, thank: self };
  }
  const spoken = about === null || asked.person?.id === about.person?.id;
  const rate = (spoken ? asked.rate : null) ?? ALLOWED;
  // Of a customer the server says only whether the ask may be rated; who has left can be thanked no more, either.
  const thank = asked.direction === "request" ? (rate.code === "left" ? rate : ALLOWED) : ((spoken ? asked.thank : null) ?? ALLOWED);
  return { rate, thank };
}

/** What I wrote to this person about this item, as far as this browser knows. */
async function saidTo(account: Account, handoff: Handoff, about: About | null): Promise<Said> {
  const said: Said = { thanks: null, word: null };
  if (about === null) return said;
  const notes = (await (await database()).getAll("notes")).filter(
    ({ account: owner, item, recipient }) =>
      owner === accountId(account) && item !== null && itemId(item) === itemId(handoff.item) && isSame(recipient, about.subject),
  );
  for (const { id, kind } of notes) said[kind] = (await sendingOf(id)).sending;
  return said;
}

function isSame(one: Subject, other: Subject): boolean {
  return one.member === undefined || other.member === undefined ? one.handle !== undefined && one.handle === other.handle : one.member === other.member;
}

async function resolutionNow(account: Account, handoff: Handoff): Promise<Resolution | null> {
  return (await remembered(account, handoff))?.resolution ?? null;
}

function pickKey(account: Account, handoff: Handoff, { direction, handle }: Asked): string {
  const { tool, host } = handoff.item;
  if (handle !== null) return [accountId(account), tool, host, "@", handle].join("\n");
  return [accountId(account), itemId(handoff.item), ...(direction === "request" ? ["request"] : [])].join("\n");
}

/** Asks the server, but waits for it only a moment: what is known already must not be held up by a slow network. */
async function resolve(account: Account, handoff: Handoff): Promise<Resolution | null> {
  const known = await remembered(account, handoff);
  if (known !== null && Date.now() - known.at < FRESH) return known.resolution;
  const asked = askServer(account, handoff);
  const late = new Promise<"late">((resolved) => setTimeout(() => resolved("late"), PATIENCE));
  const said = await Promise.race([asked, late]);
  if (said !== "late") return said ?? known?.resolution ?? null;
  void asked.then((resolution) => (resolution === null ? undefined : changed()));
  return known?.resolution ?? null;
}

const asking = new Map<string, Promise<Resolution | null>>();

/** One question at a time for the same handoff; null when there was no answer. */
function askServer(account: Account, handoff: Handoff): Promise<Resolution | null> {
  const key = JSON.stringify([accountId(account), handoff]);
  const running = asking.get(key) ?? question(account, handoff).finally(() => asking.delete(key));
  asking.set(key, running);
  return running;
}

async function question(account: Account, handoff: Handoff): Promise<Resolution | null> {
  const answered = await call<Resolution>(account, {
    method: "POST",
    path: "/api/v1/handoffs/resolve",
    body: { item: handoff.item, people: handoff.people },
  });
  if (answered.kind !== "ok") return null;
  await hearOfRatings(account, handoff, answered.body);
  await remember(account, handoff, answered.body);
  await refreshRules(account, answered.body.attribution);
  return answered.body;
}

async function hearOfRatings(account: Account, handoff: Handoff, { subject, rating, rate, ask }: Resolution): Promise<void> {
  for (const told of [rating, ask?.rating ?? null]) {
    if (told !== null) await adoptFromServer(account, told, handoff.item);
  }
  if (rate.code === RELEASED) await markReleased(account, handoff, { person: subject, handle: null, direction: "service" });
  if (ask?.rate.code === RELEASED) await markReleased(account, handoff, { person: ask.subject, handle: null, direction: "request" });
}
