/** Releases, made ready to be drawn: nothing is summed, and what is not exact says so. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Release, ReleaseCell } from "../../extension/src/shared/api.js";
import { columns, formOf, segments } from "../../extension/src/shared/figures.js";

const cell = (more: Partial<ReleaseCell>): ReleaseCell => ({
  label: null, name: null, raters: 7, form: "exact", leading: null, missed: 1, met: 4, exceeded: 2, repaired: 0, causes: [], ...more,
});

const release = (more: Partial<Release>): Release => ({
  id: "r", released_on: "2026-11-01", attribution: "pooled", direction: "service", breakdown: "none", raters: 7,
  cells: [cell({})], total: { missed: 1, met: 4, exceeded: 2 }, unread: false, ...more,
});

test("a bar's parts follow each other and fill it; what is nought has none", () => {
  const parts = segments({ missed: 1, met: 0, exceeded: 3 });
  assert.deepEqual(parts.map(({ verdict, from, share }) => [verdict, from, share]), [["missed", 0, 0.25], ["exceeded", 0.25, 0.75]]);
  assert.deepEqual(segments({ missed: 0, met: 0, exceeded: 0 }), []);
});

test("test_rule_05_a_release_is_exact_only_when_each_of_its_cells_is", () => {
  assert.equal(formOf(release({})), "exact");
  assert.equal(formOf(release({ cells: [cell({}), cell({ form: "nearly_all" })] })), "nearly_all");
  assert.equal(formOf(release({ cells: [cell({ form: "mostly" }), cell({ form: "nearly_all" })] })), "mostly");
});

test("test_rule_05_each_release_stands_for_itself_over_time", () => {
  const service = {
    releases: [release({ id: "2" }), release({ id: "1", released_on: "2026-10-01" }), release({ id: "3", direction: "request" as const })],
    months: [{ month: "2026-09", direction: "service" as const, missed: 0, met: 2, exceeded: 0 }],
  };
  assert.deepEqual(columns(service, "service").map(({ at, counts }) => [at, counts.met]), [["2026-09", 2], ["2026-10-01", 4], ["2026-11-01", 4]]);
  assert.deepEqual(columns(service, "request").map(({ at }) => at), ["2026-11-01"]);
});
