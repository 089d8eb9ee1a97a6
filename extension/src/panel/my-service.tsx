/** What came to me over time: each release as it was published, as a small chart and as a table. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { ask } from "../shared/ask.js";
import { t } from "../shared/browser.js";
import type { OwnService, Release } from "../shared/api.js";
import { columns, segments, total, type Column } from "../shared/figures.js";
import { day, longDay, shortDay } from "./dates.js";
import { Away, Loading } from "./inbox.js";
import { Sign, VERDICTS } from "./parts.js";
import { ReleaseFigure, verdictName } from "./release.js";
import { useLoaded } from "./use.js";

const DIRECTIONS: readonly Release["direction"][] = ["service", "request"];

export function MyService(): JSX.Element {
  const service = useLoaded<OwnService>(
    () => ask("panel.service", {}),
    () => ask("panel.cached-service", {}),
  );
  const { value } = service;
  useEffect(() => {
    const ids = value?.releases.filter(({ unread }) => unread).map(({ id }) => id) ?? [];
    if (ids.length > 0 && service.problem === null && !service.loading) void ask("panel.read-releases", { ids }).catch(() => undefined);
  }, [value, service.loading]);
  if (value === null) return service.problem === null ? <Loading /> : <Away problem={service.problem} again={service.reload} />;
  return (
    <section class="pad" data-testid="my-service">
      <h2>{t("myService")}</h2>
      <p class="meta">{t("onlyYouSeeThis")}</p>
      {service.problem !== null && (
        <p class="notice" role="status">
          {service.problem} {t("shownIsOlder")}
        </p>
      )}
      <NothingYet service={value} />
      {DIRECTIONS.map((direction) => (
        <OverTime key={direction} service={value} direction={direction} />
      ))}
      {value.releases.length > 0 && <Releases releases={value.releases} />}
    </section>
  );
}

/** Why there is nothing, without a word on how much is missing: a progress would tell of single ratings. */
function NothingYet({ service }: { service: OwnService }): JSX.Element | null {
  const { why_nothing_yet: why, next_release_on: next } = service;
  if (why === null && next === null) return null;
  return (
    <div class="quiet-box" data-testid="why-nothing-yet">
      {why !== null && (
        <>
          <span class="strong">{t("whyNothingYet")}</span>
          <p>{why}</p>
        </>
      )}
      {next !== null && <p class={why === null ? "meta" : ""}>{t("nextReleaseOn", day(next))}</p>}
    </div>
  );
}

function OverTime({ service, direction }: { service: OwnService; direction: Release["direction"] }): JSX.Element | null {
  const shown = columns(service, direction);
  if (shown.length === 0) return null;
  const title = t(direction === "service" ? "yourWorkOverTime" : "yourAsksOverTime");
  return (
    <div class="over-time" data-testid={`over-time-${direction}`}>
      <h3>{title}</h3>
      <Legend direction={direction} />
      <Chart shown={shown.slice(-MOST)} />
      {shown.some(({ form }) => form !== "exact") && <p class="meta">{t("palerIsNearly")}</p>}
      <details>
        <summary>{t("asTable")}</summary>
        <Table title={title} shown={[...shown].reverse()} direction={direction} />
      </details>
    </div>
  );
}

function Legend({ direction }: { direction: Release["direction"] }): JSX.Element {
  return (
    <p class="meta legend" aria-hidden="true">
      {VERDICTS.map((verdict) => (
        <span key={verdict} class={`verdict ${verdict}`}>
          <Sign name={verdict} />
          {verdictName(verdict, direction)}
        </span>
      ))}
    </p>
  );
}

const MOST = 8;
const HIGH = 72;
const STEP = 42;
const BAR = 22;

/** Each column is one release or month; the table below says the same to everybody. */
function Chart({ shown }: { shown: Column[] }): JSX.Element {
  const tallest = Math.max(...shown.map(({ counts }) => total(counts)), 1);
  return (
    <svg class="chart" viewBox={`0 0 ${MOST * STEP} ${HIGH + 18}`} width="100%" aria-hidden="true">
      <line x1="0" x2={MOST * STEP} y1={HIGH + 0.5} y2={HIGH + 0.5} stroke="var(--line)" />
      {shown.map((column, at) => {
        const high = (total(column.counts) / tallest) * (HIGH - 14);
        const left = at * STEP + (STEP - BAR) / 2;
        return (
          <g key={`${column.at} ${at}`}>
            <text x={left + BAR / 2} y={HIGH - high - 4} text-anchor="middle" class="number">
              {total(column.counts)}
            </text>
            {segments(column.counts).map(({ verdict, from, share }) => (
              <rect
                key={verdict}
                class={`${verdict}${column.form === "exact" ? "" : " nearly"}`}
                x={left}
                y={HIGH - high + from * high}
                width={BAR}
                height={Math.max(share * high - 1, 1)}
                fill="currentColor"
              />
            ))}
            <text x={left + BAR / 2} y={HIGH + 14} text-anchor="middle" class="tick">
              {shortDay(column.at)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function Table({ title, shown, direction }: { title: string; shown: Column[]; direction: Release["direction"] }): JSX.Element {
  return (
    <table>
      <caption class="sr">{title}</caption>
      <thead>
        <tr>
          <th scope="col">{t("when")}</th>
          {VERDICTS.map((verdict) => (
            <th scope="col" key={verdict}>
              {verdictName(verdict, direction)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map((column, at) => (
          <tr key={`${column.at} ${at}`}>
            <th scope="row">{longDay(column.at)}</th>
            {VERDICTS.map((verdict) => (
              <td key={verdict}>{column.form !== "exact" && column.counts[verdict] > 0 ? t(column.form, String(column.counts[verdict])) : column.counts[verdict]}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Releases({ releases }: { releases: Release[] }): JSX.Element {
  return (
    <>
      <h3>{t("yourReleases")}</h3>
      <ul class="releases">
        {releases.map((release) => (
          <li key={release.id} data-testid="own-release">
            <span class="meta">
              {t(release.direction === "service" ? "aboutYourWork" : "aboutYourAsks")} · {day(release.released_on)}
            </span>
            <ReleaseFigure release={release} />
          </li>
        ))}
      </ul>
    </>
  );
}
