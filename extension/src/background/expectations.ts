/** My agreements: both lists as the server has them, and what I do to them by the outbox. */
import { asAnswered, asProposed, isOpen } from "../shared/agreements.js";
import type { Expectation, ExpectationAnswer, ExpectationPage, ExpectationPut } from "../shared/api.js";
import type { ExpectationList, Expectations, ExpectationView, Proposal, Side } from "../shared/fair-play-messages.js";
import { putNote } from "./giving.js";
import { expectationsKey } from "./heard.js";
import { callOrTell } from "./http.js";
import { accountId, database, type Account } from "./store.js";
import { standing, tell, untold } from "./telling.js";

const PAGE = 30;

/** Both lists as they were last read; null when they never were. */
export async function cachedExpectations(account: Account): Promise<Expectations | null> {
  const cached = await (await database()).get("cache", expectationsKey(accountId(account)));
  return cached !== undefined && "expectations" in cached.value ? views(account, cached.value.expectations) : null;
}

export async function readExpectations(account: Account): Promise<Expectations> {
  const [asked_of_me, asked_by_me] = await Promise.all([page(account, "asked_of_me", null), page(account, "asked_by_me", null)]);
  const expectations = { asked_of_me, asked_by_me };
  await (await database()).put("cache", { key: expectationsKey(accountId(account)), account: accountId(account), at: Date.now(), value: { expectations } });
  return views(account, expectations);
}

export async function moreExpectations(account: Account, side: Side, cursor: string): Promise<ExpectationList> {
  return list(account, await page(account, side, cursor));
}

export async function expectationView(account: Account, known: Expectation): Promise<ExpectationView> {
  const { thing: expectation, ...how } = await standing(account, known);
  const note = (await (await database()).get("notes", await earlyThanksId(known.id))) ?? null;
  return { expectation, ...how, thanked: note !== null };
}

export async function propose(account: Account, { provider, item, need, due }: Proposal, known: Expectation | null): Promise<ExpectationView> {
  const id = known?.id ?? crypto.randomUUID();
  // One that the server has refused, and has never seen, is proposed for the first time again.
  const revision = known === null ? 1 : known.revision + 1;
  const body: ExpectationPut = { revision, provider: { member: provider.id }, item, need, due };
  const shown = asProposed(id, account.member, provider, body, known, new Date().toISOString());
  await tell(account, id, { method: "PUT", path: `/api/v1/expectations/${id}`, body }, shown);
  return expectationView(account, shown);
}

export async function answerExpectation(account: Account, known: Expectation, answer: ExpectationAnswer): Promise<ExpectationView> {
  const shown = asAnswered(known, answer, new Date().toISOString());
  // With the revision that was read: what the colleague has changed since is not answered unseen.
  const body = { ...answer, revision: known.revision };
  await tell(account, known.id, { method: "POST", path: `/api/v1/expectations/${known.id}/response`, body }, shown);
  return expectationView(account, known);
}

/** Thanks for an early no. One such no is thanked for once, however often this is asked for. */
export async function thankEarly(account: Account, { id, provider, item }: Expectation, text: string): Promise<void> {
  await putNote(accountId(account), { kind: "thanks", recipient: { member: provider.id }, item, text }, provider.name, await earlyThanksId(id));
}

/** The same id for the same agreement, so that the server takes the same thanks only once. */
async function earlyThanksId(expectation: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`thanks for telling early ${expectation}`)));
  const hex = Array.from(digest.slice(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join("-");
}

async function views(account: Account, pages: Record<Side, ExpectationPage>): Promise<Expectations> {
  const [asked_of_me, asked_by_me] = await Promise.all([list(account, pages.asked_of_me), list(account, pages.asked_by_me)]);
  const listed = new Set(asked_by_me.views.map(({ expectation }) => expectation.id));
  const proposed = (await untold(account)).filter((told) => "need" in told && told.mine === "customer" && isOpen(told));
  const mine = new Map(proposed.map((told) => [told.id, told as Expectation]));
  const unlisted = [...mine.values()].filter(({ id }) => !listed.has(id));
  const first = await Promise.all(unlisted.map((each) => expectationView(account, each)));
  return { asked_of_me, asked_by_me: { ...asked_by_me, views: [...first, ...asked_by_me.views] } };
}

async function list(account: Account, { items, next }: ExpectationPage): Promise<ExpectationList> {
  return { views: await Promise.all(items.map((each) => expectationView(account, each))), next };
}

function page(account: Account, side: Side, cursor: string | null): Promise<ExpectationPage> {
  const from = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
  return callOrTell<ExpectationPage>(account, { method: "GET", path: `/api/v1/expectations?side=${side}&limit=${PAGE}${from}` });
}
