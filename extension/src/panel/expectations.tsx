/** My agreements: what colleagues need of me, what I need of them, and what is due soon. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { isDueSoon, localDate, merged } from "../shared/agreements.js";
import type { Person } from "../shared/api.js";
import { ask } from "../shared/ask.js";
import { t } from "../shared/browser.js";
import type { Expectations as Both, ExpectationView, Side } from "../shared/fair-play-messages.js";
import { firstName } from "../shared/handoff.js";
import { colleagueIn, ExpectationBody } from "./expectation-card.js";
import { Away, Loading } from "./inbox.js";
import { Avatar, Notice, Sign, When, wordsOf } from "./parts.js";
import { Propose } from "./propose.js";
import { useChanges, useFocusBack, useLoaded } from "./use.js";

const MOST_SUGGESTED = 5;
const SIDES: readonly Side[] = ["asked_of_me", "asked_by_me"];

export function Expectations(): JSX.Element {
  const both = useLoaded<Both>(
    () => ask("panel.expectations", {}),
    () => ask("panel.cached-expectations", {}),
  );
  const [proposing, setProposing] = useState(false);
  const [told, setTold] = useState<string | null>(null);
  const box = useRef<HTMLElement>(null);
  useFocusBack(box, proposing ? "propose-open" : null);
  const { value } = both;
  useChanges(() => {
    // What was done here shows at once; what the server made of it, when it has answered.
    ask("panel.cached-expectations", {})
      .then((fresh) => {
        if (fresh !== null) both.set(value === null ? fresh : longer(fresh, value));
      })
      .catch(() => undefined);
    if (both.problem !== null) both.reload();
  });
  if (value === null && both.problem === null) return <Loading />;
  return (
    <>
      {value !== null && both.problem !== null && (
        <div class="strip" role="status" data-testid="expectations-offline">
          <span>
            {both.problem} {t("shownIsOlder")}
          </span>
          <button type="button" class="btn" onClick={both.reload}>
            {t("tryAgain")}
          </button>
        </div>
      )}
      <section class="pad" ref={box} tabIndex={-1}>
        {proposing ? (
          <Propose
            person={null}
            item={null}
            suggestions={value === null ? [] : colleaguesIn(value)}
            cancel={() => setProposing(false)}
            done={(name) => {
              setProposing(false);
              setTold(t("askedPerson", firstName(name)));
            }}
          />
        ) : (
          <div class="row">
            <button
              type="button"
              class="btn"
              data-testid="propose-open"
              onClick={() => {
                setTold(null);
                setProposing(true);
              }}
            >
              {t("askForSomething")}
            </button>
          </div>
        )}
        <Notice text={told} />
      </section>
      {value === null ? <Away problem={both.problem ?? ""} again={both.reload} /> : <Lists value={value} set={both.set} quiet={proposing} />}
    </>
  );
}

function Lists({ value, set, quiet }: { value: Both; set: (value: Both) => void; quiet: boolean }): JSX.Element {
  const today = localDate(new Date());
  const all = SIDES.flatMap((side) => value[side].views);
  if (all.length === 0) return quiet ? <></> : <Empty />;
  const soon = all.filter(({ expectation }) => isDueSoon(expectation, today)).sort(byDue);
  const change = (next: ExpectationView): void => {
    const swap = (list: Both[Side]): Both[Side] => ({
      ...list,
      views: list.views.map((view) => (view.expectation.id === next.expectation.id ? next : view)),
    });
    set({ asked_of_me: swap(value.asked_of_me), asked_by_me: swap(value.asked_by_me) });
  };
  return (
    <>
      <Group title={t("dueSoon")} testid="due-soon" views={soon} change={change} />
      {SIDES.map((side) => {
        const rest = value[side].views.filter((view) => !soon.includes(view));
        return (
          <Group key={side} title={t(side)} testid={side} views={rest} change={change}>
            {value[side].next !== null && <More side={side} value={value} set={set} />}
          </Group>
        );
      })}
    </>
  );
}

function Empty(): JSX.Element {
  return (
    <div class="state" data-testid="expectations-empty">
      <span class="big">
        <Sign name="clasp" size={40} />
      </span>
      <strong>{t("expectationsEmptyTitle")}</strong>
      <p>{t("expectationsEmptyText")}</p>
    </div>
  );
}

function Group(props: {
  title: string;
  testid: string;
  views: ExpectationView[];
  change: (view: ExpectationView) => void;
  children?: JSX.Element | false;
}): JSX.Element | null {
  if (props.views.length === 0) return null;
  return (
    <section class="group" data-testid={props.testid}>
      <h2>{props.title}</h2>
      <ul class="list">
        {props.views.map((view) => (
          <Line key={view.expectation.id} view={view} change={props.change} />
        ))}
      </ul>
      {props.children}
    </section>
  );
}

function Line({ view, change }: { view: ExpectationView; change: (view: ExpectationView) => void }): JSX.Element {
  const { name } = colleagueIn(view.expectation);
  return (
    <li data-testid={`expectation-${view.expectation.id}`}>
      <Avatar name={name} />
      <div class="body">
        <div>
          <span class="strong">{name}</span>{" "}
          <span class="meta">
            {view.expectation.mine === "customer" ? t("youAsked") : t("asksYou")} · <When at={view.expectation.proposed_at} />
          </span>
        </div>
        <ExpectationBody view={view} set={change} />
      </div>
    </li>
  );
}

function More({ side, value, set }: { side: Side; value: Both; set: (value: Both) => void }): JSX.Element {
  const [problem, setProblem] = useState<string | null>(null);
  const load = (): void => {
    const { next: cursor, views } = value[side];
    if (cursor === null) return;
    ask("panel.more-expectations", { side, cursor })
      .then((page) => set({ ...value, [side]: { views: [...views, ...page.views], next: page.next } }))
      .catch((error: unknown) => setProblem(wordsOf(error)));
  };
  return (
    <div class="more">
      <button type="button" class="btn" onClick={load}>
        {t("more")}
      </button>
      <Notice text={problem} />
    </div>
  );
}

/** The first pages as they are now, with the further pages that had been opened. */
function longer(fresh: Both, older: Both): Both {
  const join = (side: Side): Both[Side] => {
    // What was only here and is no longer waiting was given up.
    const views = mergedViews(
      fresh[side].views,
      older[side].views.filter(({ sending }) => sending === "sent"),
    );
    return { views, next: views.length > fresh[side].views.length ? older[side].next : fresh[side].next };
  };
  return { asked_of_me: join("asked_of_me"), asked_by_me: join("asked_by_me") };
}

function mergedViews(fresh: ExpectationView[], older: ExpectationView[]): ExpectationView[] {
  const withId = (view: ExpectationView): ExpectationView & { id: string } => ({ ...view, id: view.expectation.id });
  return merged(fresh.map(withId), older.map(withId));
}

/** Whom I have agreements with, each once. */
function colleaguesIn(both: Both): Person[] {
  const people = SIDES.flatMap((side) => both[side].views.map(({ expectation }) => colleagueIn(expectation)));
  return [...new Map(people.map((person) => [person.id, person])).values()].slice(0, MOST_SUGGESTED);
}

function byDue(one: ExpectationView, other: ExpectationView): number {
  const [a, b] = [one.expectation.due ?? "", other.expectation.due ?? ""];
  return a < b ? -1 : a > b ? 1 : 0;
}
