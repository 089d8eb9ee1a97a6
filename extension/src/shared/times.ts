/** Times as people say them. Pure. */

export type Ago = { unit: "now" } | { unit: "minutes" | "hours" | "days"; count: number } | { unit: "date"; date: Date };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago something was; from a week on it is a date. What lies in the future (clocks differ) is now. */
export function ago(at: number, now: number): Ago {
  const past = now - at;
  if (past < MINUTE) return { unit: "now" };
  if (past < HOUR) return { unit: "minutes", count: Math.floor(past / MINUTE) };
  if (past < DAY) return { unit: "hours", count: Math.floor(past / HOUR) };
  if (past < 7 * DAY) return { unit: "days", count: Math.floor(past / DAY) };
  return { unit: "date", date: new Date(at) };
}
