/** What is kept of a page that could not be read, and when it is asked about and told. Pure. */
import type { TellBroken } from "../shared/messages.js";
import type { Tool } from "../shared/tool.js";
import type { KeptBreakage } from "./store.js";

const PART = /^#\/(title|anchors|people\/(author|assignee|reviewer|owner|me))(\/(0|[1-9]\d?))?$/;
const MOST_PARTS = 40;

/** Of what a page says has failed, the parts that the tool's file really has: sorted, each once. Nothing else passes. */
export function cleaned(failed: readonly unknown[], tool: Tool): string[] {
  const known = failed.filter((pointer): pointer is string => typeof pointer === "string" && isPartOf(pointer, tool));
  return [...new Set(known)].sort().slice(0, MOST_PARTS);
}

function isPartOf(pointer: string, tool: Tool): boolean {
  const found = PART.exec(pointer);
  if (found === null) return false;
  const [, part = "", role, , index] = found;
  const places = role === undefined ? tool[part as "title" | "anchors"] : tool.people[role as keyof Tool["people"]];
  return places !== undefined && (index === undefined || Number(index) < places.length);
}

/** The key under which the same breakage is kept once. */
export function sameBreakage(account: string, { tool, digest, kind }: Pick<KeptBreakage, "tool" | "digest" | "kind">): string {
  return [account, tool, digest, kind ?? ""].join("\n");
}

/** A breakage as it is kept after it was met; what was said of it before goes on unless other parts fail now. */
export function met(before: KeptBreakage | null, now: Pick<KeptBreakage, "account" | "tool" | "digest" | "kind" | "bundled" | "failed">, today: string): KeptBreakage {
  const isSame = before !== null && before.failed.join() === now.failed.join();
  const said = isSame ? before : { told_on: null, declined_on: before?.declined_on ?? null, agreed: false };
  const { told_on, declined_on, agreed } = said;
  return { ...now, key: sameBreakage(now.account, now), met_on: today, told_on, declined_on, agreed };
}

/** Whether the member is asked: not about what was told, and after a "not now" not again that day. */
export function isToBeAsked({ told_on, declined_on, agreed }: KeptBreakage, today: string): boolean {
  return !agreed && told_on === null && declined_on !== today;
}

/** Whether it is told now: agreed to, once a day, and only for days on which it was met. */
export function isDue({ met_on, told_on, agreed }: KeptBreakage, setting: TellBroken, today: string): boolean {
  if (setting === "never" || told_on === today) return false;
  return agreed || (setting === "always" && (told_on === null || met_on > told_on));
}
