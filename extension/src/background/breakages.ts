/**
 * Pages that could not be read: kept as which parts of which tool file found nothing, never where or in what page, and
 * told to the server only with the member's consent, once a day for the same breakage.
 */
import { locate } from "../shared/matcher.js";
import type { BrokenPage, TellBroken } from "../shared/messages.js";
import { cleaned, isDue, isToBeAsked, met, sameBreakage } from "./breakage-rules.js";
import { connectedAccount } from "./connection.js";
import { call } from "./http.js";
import { siteAt } from "./sites.js";
import { accountId, database, readSetting, writeSetting, type Account, type KeptBreakage } from "./store.js";
import { toolFile, type KnownTool } from "./tool-files.js";

const KEPT_DAYS = 30;

export async function tellBroken(): Promise<TellBroken> {
  return (await readSetting("tellBroken")) ?? "ask";
}

/** "never" also drops what waited for an answer; "always" tells what waits. */
export async function setTellBroken(value: TellBroken): Promise<void> {
  await writeSetting("tellBroken", value);
  if (value === "never") await (await database()).clear("breakages");
  else await tellWhatMay();
}

/** Takes down that parts of a tool's file found nothing. Keeps no address, and of what the page says only known parts. */
export async function metBreakage(account: Account, tool: KnownTool, kind: string | null, failed: readonly string[]): Promise<void> {
  const file = await toolFile(tool.id);
  const parts = file === null ? [] : cleaned(failed, file);
  if (parts.length === 0 || (await tellBroken()) === "never") return;
  const known = kind !== null && file?.items.some((item) => item.kind === kind) === true ? kind : null;
  const broken = { tool: tool.id, digest: tool.digest, kind: known };
  const transaction = (await database()).transaction("breakages", "readwrite", { durability: "strict" });
  const before = await transaction.store.get(sameBreakage(accountId(account), broken));
  await transaction.store.put(met(before ?? null, { ...broken, account: accountId(account), bundled: !tool.own, failed: parts }, today()));
  await transaction.done;
  await tellWhatMay();
}

/** What could not be read at this address, when the member is to be asked about it; null else. */
export async function brokenAt(address: string): Promise<BrokenPage | null> {
  const [account, site] = await Promise.all([connectedAccount(), siteAt(address)]);
  if (account === null || site === null || (await tellBroken()) !== "ask") return null;
  const located = locate(address, site.tools, site.sites);
  const all = await (await database()).getAll("breakages");
  for (const { id, name, digest } of site.known) {
    const found = all.find(
      (each) => each.account === accountId(account) && each.tool === id && each.digest === digest && (located === null || each.kind === located.pattern.kind),
    );
    if (found !== undefined && isToBeAsked(found, today())) return { tool: id, name, digest, kind: found.kind, failed: found.failed };
  }
  return null;
}

export async function answerBroken(broken: BrokenPage, answer: "tell" | "always" | "not-now"): Promise<void> {
  if (answer === "always") return setTellBroken("always");
  const account = await connectedAccount();
  if (account === null) return;
  const transaction = (await database()).transaction("breakages", "readwrite", { durability: "strict" });
  const kept = await transaction.store.get(sameBreakage(accountId(account), broken));
  if (kept !== undefined) await transaction.store.put(answer === "tell" ? { ...kept, agreed: true } : { ...kept, declined_on: today() });
  await transaction.done;
  await tellWhatMay();
}

let telling: Promise<void> | null = null;

/** Tells the server what may be told and was not yet today. What gets no answer is tried again with the next look. */
export function tellWhatMay(): Promise<void> {
  telling ??= tell().finally(() => {
    telling = null;
  });
  return telling;
}

async function tell(): Promise<void> {
  const account = await connectedAccount();
  const setting = await tellBroken();
  if (account?.usable !== true || setting === "never") return;
  const db = await database();
  for (const kept of await db.getAll("breakages")) {
    if (daysSince(kept.met_on) > KEPT_DAYS) await db.delete("breakages", kept.key);
    else if (kept.account === accountId(account) && isDue(kept, setting, today())) await send(account, kept);
  }
}

async function send(account: Account, { key, tool, kind, digest, bundled, failed }: KeptBreakage): Promise<void> {
  const answered = await call(account, { method: "POST", path: `/api/v1/tools/${tool}/breakages`, body: { kind, digest, bundled, failed } });
  const isOver = answered.kind === "ok" || (answered.kind === "refused" && answered.status < 500 && answered.status !== 401);
  if (!isOver) return;
  const transaction = (await database()).transaction("breakages", "readwrite", { durability: "strict" });
  const kept = await transaction.store.get(key);
  // Refused is answered, too: the same again would be refused again.
  if (kept !== undefined) await transaction.store.put({ ...kept, told_on: today(), agreed: false });
  await transaction.done;
}

/** Days only: nothing here says when in the day a page was open. */
function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function daysSince(day: string): number {
  return (Date.parse(today()) - Date.parse(day)) / (24 * 60 * 60_000);
}
