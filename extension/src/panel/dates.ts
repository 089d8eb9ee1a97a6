/** Dates as the panel says them. */
import { t } from "../shared/browser.js";
import { daysBetween, localDate } from "../shared/agreements.js";

/** "1 December", with the year when it is another one. */
export function day(date: string): string {
  const year = date.slice(0, 4) === localDate(new Date()).slice(0, 4) ? {} : ({ year: "numeric" } as const);
  return new Date(`${date}T00:00:00Z`).toLocaleDateString(undefined, { day: "numeric", month: "long", timeZone: "UTC", ...year });
}

/** "1 Dec" for a date, "Dec" for a month: under a column of a chart. */
export function shortDay(at: string): string {
  const month = at.length === 7;
  const date = new Date(`${month ? `${at}-01` : at}T00:00:00Z`);
  return date.toLocaleDateString(undefined, { ...(month ? {} : { day: "numeric" }), month: "short", timeZone: "UTC" });
}

/** "1 December 2026", or for a month "December 2026". */
export function longDay(at: string): string {
  const month = at.length === 7;
  const date = new Date(`${month ? `${at}-01` : at}T00:00:00Z`);
  return date.toLocaleDateString(undefined, { ...(month ? {} : { day: "numeric" }), month: "long", year: "numeric", timeZone: "UTC" });
}

/** When something is due: "Due today", "Due tomorrow", "Was due 20 November", "Due 1 December". */
export function dueWords(due: string, now: Date): string {
  const days = daysBetween(localDate(now), due);
  if (days === 0) return t("dueToday");
  if (days === 1) return t("dueTomorrow");
  return days < 0 ? t("wasDue", day(due)) : t("dueOn", day(due));
}
