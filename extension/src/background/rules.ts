/** The organisation's rules as far as the button needs them: who will see a rating, and when. */
import type { Attribution, Me } from "../shared/api.js";
import type { Pool } from "../shared/handoff.js";
import { call } from "./http.js";
import { accountId, readSetting, writeSetting, type Account, type GivenRating, type Rules } from "./store.js";

const FRESH = 60 * 60_000;

/** What the rules were when the server last told them; null when it never has. */
export async function rulesOf(account: Account): Promise<Rules | null> {
  const rules = await readSetting("rules");
  return rules?.account === accountId(account) ? rules : null;
}

/** What a rating is; one the server has not answered about is taken for what was shown, or for the rules last told. */
export async function attributionOf({ account, attribution, shown_as }: Pick<GivenRating, "account" | "attribution" | "shown_as">): Promise<Attribution | null> {
  if (attribution !== null) return attribution;
  if (shown_as !== undefined) return shown_as;
  const rules = await readSetting("rules");
  return rules?.account === account ? rules.attribution : null;
}

/** Keeps the rules that came with who I am. */
export async function keepRules(account: Pick<Account, "server" | "member">, { attribution, k, release_on }: Me["policy"]): Promise<void> {
  await writeSetting("rules", { account: accountId(account), at: Date.now(), attribution, k, next_release_on: release_on });
}

/** Asks for the rules when they are an hour old, a release date has passed, or the server has spoken of another attribution. */
export async function refreshRules(account: Account, heard: Attribution | null): Promise<void> {
  const rules = await rulesOf(account);
  if (rules !== null && !isOld(rules, Date.now()) && (heard === null || heard === rules.attribution)) return;
  const answered = await call<Me>(account, { method: "GET", path: "/api/v1/me" });
  if (answered.kind === "ok") await keepRules(account, answered.body.policy);
}

function isOld({ at, next_release_on: next }: Rules, now: number): boolean {
  return now - at > FRESH || now < at || (next !== null && hasPassed(next, now));
}

/** What can be said of the release a pooled rating goes into; a date that has passed is not said. */
export function poolOf(rules: Rules | null, releaseOn: string | null): Pool | null {
  if (rules === null) return null;
  const next = releaseOn ?? rules.next_release_on;
  return { k: rules.k, next: next === null || hasPassed(next, Date.now()) ? null : next };
}

/** Whether a release date (its midnight, UTC) lies behind. */
function hasPassed(day: string, now: number): boolean {
  return Date.parse(`${day}T00:00:00Z`) <= now;
}
