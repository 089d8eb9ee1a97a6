/** What is known of a handoff: the server's word as far as it could be had, my own picks, my own rating. */
import type { Permission, Person, Resolution, Subject } from "../shared/api.js";
import { t } from "../shared/browser.js";
import { itemId, providerOf, subjectFrom, type Handoff, type HandoffState, type Suggestions } from "../shared/handoff.js";
import { sendingOf } from "./outbox.js";
import { call } from "./http.js";
import { changed } from "./notify.js";
import { remember, remembered } from "./resolutions.js";
import { adoptFromServer, ratingAbout } from "./ratings.js";
import { accountId, database, type Account } from "./store.js";
import { providerRole } from "./tool-files.js";

const FRESH = 60_000;
const PATIENCE = 2_500;

const ALLOWED: Permission = { allowed: true, code: null, detail: null };

/** Whom a rating or a note would be about, and by what the server will know them. */
export interface About {
  subject: Subject;
  name: string;
  person: Person | null;
  handle: string | null;
}

/** The handoff as it is shown. Asks the server, unless it answered within the last minute. */
export async function stateOf(account: Account, handoff: Handoff, picked: Person | null): Promise<HandoffState> {
  return describe(account, handoff, picked, await resolve(account, handoff));
}

/** The same by what is known here already: after a click nobody waits for the network. */
export async function stateNow(account: Account, handoff: Handoff, picked: Person | null): Promise<HandoffState> {
  return describe(account, handoff, picked, (await remembered(account, handoff))?.resolution ?? null);
}

async function describe(account: Account, handoff: Handoff, picked: Person | null, resolution: Resolution | null): Promise<HandoffState> {
  const about = await aboutWhom(account, handoff, picked, resolution);
  // One given while the server was away, of somebody it then did not know, is found by the page's handle.
  const rating = await ratingAbout(account, handoff, about ?? { person: null, handle: provider(handoff)?.handle ?? null });
  const { rate, thank } = permissions(account, about, resolution);
  return {
    subjectName: about?.name ?? null,
    rating:
      rating === null || rating.withdrawn
        ? null
        : { id: rating.id, verdict: rating.verdict, ...(await sendingOf(rating.id)) },
    rate,
    thank,
    attribution: account.attribution,
  };
}

/** Whom the handoff is about by what is known without the network; null when somebody has to say. */
export async function aboutNow(account: Account, handoff: Handoff, picked: Person | null): Promise<About | null> {
  return aboutWhom(account, handoff, picked, (await remembered(account, handoff))?.resolution ?? null);
}

/** Keeps the member's answer to "Who did this?" for this handle (or, without one, for this item). */
export async function pick(account: Account, handoff: Handoff, person: Person): Promise<void> {
  await (await database()).put("picks", { key: pickKey(account, handoff), account: accountId(account), person });
}

export async function suggestionsFor(account: Account, handoff: Handoff): Promise<Suggestions> {
  const resolution = await resolve(account, handoff);
  return { handle: provider(handoff)?.handle ?? null, people: resolution?.suggestions ?? [] };
}

async function aboutWhom(account: Account, handoff: Handoff, picked: Person | null, resolution: Resolution | null): Promise<About | null> {
  const read = provider(handoff);
  const handle = read?.handle ?? null;
  const teach = handle === null ? {} : { handle };
  if (picked !== null) return { subject: { member: picked.id, ...teach }, name: picked.name, person: picked, handle };
  const subject = resolution?.subject ?? null;
  if (subject !== null) return { subject: { member: subject.id }, name: subject.name, person: subject, handle };
  const mine = await (await database()).get("picks", pickKey(account, handoff));
  if (mine !== undefined) return { subject: { member: mine.person.id, ...teach }, name: mine.person.name, person: mine.person, handle };
  // Only while the server has said nothing: what the page says must do, and the server decides later.
  const said = resolution === null ? subjectFrom(read) : null;
  return said === null ? null : { subject: said, name: read?.name ?? handle ?? read?.email ?? "", person: null, handle };
}

function permissions(account: Account, about: About | null, resolution: Resolution | null): { rate: Permission; thank: Permission } {
  if (about?.person?.id === account.member.id) {
    const self: Permission = { allowed: false, code: "self", detail: t("ownHandoff") };
    return { rate: self, thank: self };
  }
  const spoken = resolution !== null && (about === null || resolution.subject?.id === about.person?.id);
  return spoken ? { rate: resolution.rate, thank: resolution.thank } : { rate: ALLOWED, thank: ALLOWED };
}

function provider(handoff: Handoff): Handoff["people"][number] | null {
  return providerOf(handoff.people, providerRole(handoff.item.tool, handoff.item.kind));
}

function pickKey(account: Account, handoff: Handoff): string {
  const handle = provider(handoff)?.handle;
  const { tool, host } = handoff.item;
  return [accountId(account), handle === undefined ? itemId(handoff.item) : [tool, host, "@", handle].join("\n")].join("\n");
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
  if (answered.body.rating !== null) await adoptFromServer(account, answered.body.rating);
  await remember(account, handoff, answered.body);
  return answered.body;
}
