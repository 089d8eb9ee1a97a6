/** One release as it was published: counts, or the one verdict that nearly all gave. */
import type { JSX } from "preact";
import type { Release, ReleaseCell, Verdict } from "../shared/api.js";
import { t } from "../shared/browser.js";
import { segments, total, type Counts } from "../shared/figures.js";
import { Sign, VerdictWord, VERDICTS } from "./parts.js";

/** What a verdict is called: an ask is judged by how clear it was. */
export function verdictName(verdict: Verdict, direction: Release["direction"]): string {
  return t(direction === "request" ? `ask_${verdict}` : verdict);
}

export function ReleaseFigure({ release }: { release: Release }): JSX.Element {
  const [only, ...others] = release.cells;
  if (others.length === 0 && only !== undefined) return <Cell cell={only} direction={release.direction} />;
  return (
    <ul class="cells" data-testid="cells">
      {release.cells.map((cell, at) => (
        <li key={cell.label ?? `other-${at}`}>
          <span class="strong">{cell.name ?? t("allOthers")}</span>
          <Cell cell={cell} direction={release.direction} />
        </li>
      ))}
    </ul>
  );
}

function Cell({ cell, direction }: { cell: ReleaseCell; direction: Release["direction"] }): JSX.Element {
  const colleagues = t("colleagues", String(cell.raters));
  if (cell.form !== "exact" && cell.leading !== null) {
    return (
      <p class="figure" data-testid="figure">
        {colleagues}: <VerdictWord verdict={cell.leading}>{t(`${cell.form}_${direction}_${cell.leading}`)}</VerdictWord>
      </p>
    );
  }
  return (
    <div class="figure" data-testid="figure">
      <Bar counts={cell} />
      <p>
        {colleagues}: <CountWords counts={cell} direction={direction} />
      </p>
    </div>
  );
}

/** Counts in words, each with its sign: what the bar shows, for everybody. */
function CountWords({ counts, direction }: { counts: Counts; direction: Release["direction"] }): JSX.Element {
  const shown = VERDICTS.filter((verdict) => counts[verdict] > 0);
  return (
    <>
      {shown.map((verdict, at) => (
        <span key={verdict}>
          {at > 0 && ", "}
          <span class={`verdict ${verdict}`}>
            <Sign name={verdict} />
            {t(`count_${direction}_${verdict}`, String(counts[verdict]))}
          </span>
        </span>
      ))}
    </>
  );
}

const WIDE = 280;
const GAP = 2;

/** The counts side by side. It says nothing that the words beside it do not say. */
function Bar({ counts }: { counts: Counts }): JSX.Element | null {
  if (total(counts) === 0) return null;
  return (
    <svg class="bar" viewBox={`0 0 ${WIDE} 8`} width="100%" height="8" preserveAspectRatio="none" aria-hidden="true">
      {segments(counts).map(({ verdict, from, share }) => (
        <rect key={verdict} class={verdict} x={from * WIDE} y="0" width={Math.max(share * WIDE - GAP, 1)} height="8" fill="currentColor" />
      ))}
    </svg>
  );
}
