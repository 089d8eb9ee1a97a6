/** What releases say, made ready to be drawn and told. Pure. */
import type { OwnService, Release, ReleaseCell, Verdict } from "./api.js";

export type Counts = Record<Verdict, number>;

const ORDER: readonly Verdict[] = ["missed", "met", "exceeded"];

/** One date (a release) or month (open ratings) of my service. */
export interface Column {
  /** YYYY-MM-DD or YYYY-MM. */
  at: string;
  counts: Counts;
  /** Set when the counts stand for "nearly all" or "mostly" and not for each one. */
  form: ReleaseCell["form"];
}

export interface Segment {
  verdict: Verdict;
  count: number;
  /** Where it begins and how long it is, as parts of the whole. */
  from: number;
  share: number;
}

/** Counts side by side as parts of one bar; what is nought has no part. */
export function segments(counts: Counts): Segment[] {
  const all = total(counts);
  let from = 0;
  return ORDER.filter((verdict) => counts[verdict] > 0).map((verdict) => {
    const share = counts[verdict] / all;
    const segment = { verdict, count: counts[verdict], from, share };
    from += share;
    return segment;
  });
}

export function total({ missed, met, exceeded }: Counts): number {
  return missed + met + exceeded;
}

/** How a release as a whole may be told: exactly only when each of its cells is. */
export function formOf(release: Pick<Release, "cells">): ReleaseCell["form"] {
  const forms = release.cells.map(({ form }) => form);
  return forms.includes("mostly") ? "mostly" : forms.includes("nearly_all") ? "nearly_all" : "exact";
}

/** My service over time in one direction, oldest first: each release as it was published, never summed. */
export function columns(service: Pick<OwnService, "releases" | "months">, direction: Release["direction"]): Column[] {
  const released = service.releases
    .filter((release) => release.direction === direction)
    .map((release): Column => ({ at: release.released_on, counts: release.total, form: formOf(release) }));
  const months = service.months
    .filter((month) => month.direction === direction)
    .map(({ month, missed, met, exceeded }): Column => ({ at: month, counts: { missed, met, exceeded }, form: "exact" }));
  return [...released, ...months].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
