/** One agreement: what is needed, how it stands, and what I may do about it. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { isDueSoon, isOpen, localDate } from "../shared/agreements.js";
import { ask } from "../shared/ask.js";
import { t } from "../shared/browser.js";
import type { Expectation, ExpectationAnswer } from "../shared/api.js";
import type { ExpectationView } from "../shared/fair-play-messages.js";
import { firstName } from "../shared/handoff.js";
import { AgreementForm, DeclineForm } from "./agreement-form.js";
import { day, dueWords } from "./dates.js";
import { ItemLine, Notice, wordsOf } from "./parts.js";
import { useChanges, useFocusBack } from "./use.js";

/** What the card asks for now, by the button that opened it. */
type Doing = "counter" | "decline" | "change" | "done" | null;

export function colleagueIn({ mine, customer, provider }: Expectation): Expectation["customer"] {
  return mine === "customer" ? provider : customer;
}

/** The agreement as it stands now, wherever it was read before. */
export function LiveExpectation({ expectation }: { expectation: Expectation }): JSX.Element {
  const [view, setView] = useState<ExpectationView>({ expectation, sending: "sent", problem: null, refused: null, thanked: false });
  const load = (): void => {
    ask("panel.expectation", { expectation })
      .then(setView)
      .catch(() => undefined);
  };
  useEffect(load, [expectation]);
  useChanges(load);
  return <ExpectationBody view={view} set={setView} />;
}

export function ExpectationBody({ view, set }: { view: ExpectationView; set: (view: ExpectationView) => void }): JSX.Element {
  const [doing, setDoing] = useState<Doing>(null);
  const [told, setTold] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useFocusBack(box, doing);
  const { expectation, sending, problem, refused } = view;
  const first = firstName(colleagueIn(expectation).name);

  const take = (next: ExpectationView): void => {
    setTold(null);
    setDoing(null);
    set(next);
  };
  const answer = async (given: ExpectationAnswer): Promise<void> => take(await ask("panel.answer", { expectation, answer: given }));
  const act = (given: ExpectationAnswer): void => {
    answer(given)
      .then(() => box.current?.focus())
      .catch((error: unknown) => setTold(wordsOf(error)));
  };
  const thank = (): void => {
    ask("panel.thank-early", { expectation, text: t("thanksForTellingEarly") })
      .then((next) => {
        set(next);
        setTold(t("thanksWritten", first));
      })
      .catch((error: unknown) => setTold(wordsOf(error)));
  };
  const giveUp = (): void => {
    ask("panel.give-up", { id: expectation.id })
      .then(() => ask("panel.expectation", { expectation }))
      .then(take)
      .catch((error: unknown) => setTold(wordsOf(error)));
  };
  return (
    <div ref={box} tabIndex={-1} class="agreement" data-testid="agreement" data-state={expectation.state} data-sending={sending}>
      <p class="need">{expectation.need}</p>
      <Due expectation={expectation} />
      {expectation.item !== null && <ItemLine item={expectation.item} />}
      <Answered expectation={expectation} first={first} />
      <p class="stands" data-testid="stands">
        {standsWords(expectation, first)}
      </p>
      {sending === "waiting" && <Waiting problem={problem} giveUp={giveUp} />}
      {sending === "rejected" && (
        <>
          <p class="problem" data-testid="problem">
            {t("notAcceptedBecause", problem ?? "")}
          </p>
          {refused !== null && !unseen(view) && <Answered expectation={refused} first={first} />}
          <div class="row">
            {unseen(view) && <Act name="change" label={t("edit")} run={() => setDoing("change")} quiet />}
            <Act name="give-up" label={t("discard")} run={giveUp} quiet />
          </div>
        </>
      )}
      {doing === null && sending !== "waiting" && !unseen(view) && <Actions expectation={expectation} act={act} open={setDoing} />}
      {doing === "counter" && (
        <AgreementForm
          testid="counter"
          label={t("anotherWay")}
          placeholder={t("anotherWaySuch")}
          action={t("suggestAnotherWay")}
          start={refused?.counter ?? { need: expectation.need, due: expectation.due }}
          differsFrom={{ need: expectation.need, due: expectation.due }}
          hint={t("anotherWayHint", first)}
          cancel={() => setDoing(null)}
          send={({ need, due }) => answer({ action: "counter", need, due })}
        />
      )}
      {doing === "decline" && (
        <DeclineForm
          first={first}
          start={{ reason: refused?.reason ?? "", alternative: refused?.alternative ?? "" }}
          cancel={() => setDoing(null)}
          send={(reason, alternative) => answer({ action: "decline", reason, alternative })}
        />
      )}
      {doing === "change" && (
        <AgreementForm
          testid="propose"
          label={t("whatYouNeed", first)}
          placeholder={t("whatYouNeedSuch")}
          action={t("sendAgain")}
          start={{ need: (refused ?? expectation).need, due: (refused ?? expectation).due }}
          cancel={() => setDoing(null)}
          send={async ({ need, due }) => {
            const { provider, item } = expectation;
            take(await ask("panel.propose", { proposal: { provider, item, need, due }, known: expectation }));
          }}
        />
      )}
      {doing === "done" && (
        <div class="row" role="group" aria-label={t("wasItKept")}>
          <span>{t("wasItKept")}</span>
          <Act name="kept" label={t("itWasKept")} run={() => act({ action: "done", kept: true })} focus />
          <Act name="not-kept" label={t("itWasNotKept")} run={() => act({ action: "done", kept: false })} />
          <Act name="cancel" label={t("cancel")} run={() => setDoing(null)} quiet />
        </div>
      )}
      {thankable(view) && (
        <div class="row">
          <Act name="thank-early" label={t("thankEarly")} run={thank} />
        </div>
      )}
      <Notice text={told ?? (view.thanked ? t("thankedEarly", first) : null)} />
    </div>
  );
}

/** What is on its way. When the server has said why it lets it wait, that can be long, and so can be given up. */
export function Waiting({ problem, giveUp }: { problem: string | null; giveUp: () => void }): JSX.Element {
  return (
    <>
      <p class="meta" data-testid="not-sent">
        {t("waitsToBeSent")} {problem}
      </p>
      {problem !== null && (
        <div class="row">
          <Act name="give-up" label={t("discard")} run={giveUp} quiet />
        </div>
      )}
    </>
  );
}

/** True for a proposal that the server has refused and never stored. */
function unseen({ expectation, sending }: ExpectationView): boolean {
  return sending === "rejected" && expectation.may.length === 0 && expectation.mine === "customer" && expectation.state === "proposed";
}

/** An early no deserves thanks; so does another way that was agreed. */
function thankable({ expectation, sending, thanked }: ExpectationView): boolean {
  return expectation.mine === "customer" && expectation.state === "declined" && expectation.honest && sending === "sent" && !thanked;
}

function Due({ expectation }: { expectation: Expectation }): JSX.Element | null {
  const { due } = expectation;
  if (due === null) return null;
  const now = new Date();
  const soon = isDueSoon(expectation, localDate(now));
  return (
    <div class={soon ? "meta soon" : "meta"}>
      <time dateTime={due}>{isOpen(expectation) ? dueWords(due, now) : t("dueOn", day(due))}</time>
    </div>
  );
}

/** What was answered, as it was said. */
function Answered({ expectation, first }: { expectation: Expectation; first: string }): JSX.Element | null {
  const { state, counter, reason, alternative, mine } = expectation;
  if (state === "countered" && counter !== null) {
    return (
      <div class="quote">
        <span class="meta">{mine === "customer" ? t("suggestsInstead", first) : t("youSuggestInstead")}</span>
        <p>{counter.need}</p>
        {counter.due !== null && <div class="meta">{dueWords(counter.due, new Date())}</div>}
      </div>
    );
  }
  if (state !== "declined" || reason === null) return null;
  return (
    <div class="quote">
      <p>{reason}</p>
      {alternative !== null && (
        <p>
          <span class="meta">{t("instead")}</span> {alternative}
        </p>
      )}
    </div>
  );
}

/** How an agreement stands, in one short sentence. */
export function standsWords({ state, mine, kept, honest, countered, declined_late }: Expectation, first: string): string {
  const customer = mine === "customer";
  switch (state) {
    case "proposed":
      return customer ? t("standsAsked", first) : t("standsAsksYou", first);
    case "accepted":
      return countered ? t("standsAgreedOther") : t("standsAgreed");
    case "countered":
      return customer ? t("standsYouDecide") : t("standsTheyDecide", first);
    case "declined":
      if (declined_late) return customer ? t("standsLateNo", first) : t("standsYourLateNo");
      if (customer) return t("standsNo", first);
      return honest ? t("standsYourEarlyNo") : t("standsYourNo");
    case "done":
      return kept === true ? t("standsKept") : t("standsNotKept");
    case "withdrawn":
      return customer ? t("standsYouWithdrew") : t("standsWithdrawn", first);
  }
}

function Actions(props: { expectation: Expectation; act: (answer: ExpectationAnswer) => void; open: (doing: Doing) => void }): JSX.Element | null {
  const { expectation, act, open } = props;
  const may = new Set(expectation.may);
  if (may.size === 0) return null;
  return (
    <div class="row">
      {may.has("accept") && <Act name="accept" label={t(expectation.state === "countered" ? "iCanAsAsked" : "iCan")} run={() => act({ action: "accept" })} main />}
      {may.has("accept_counter") && <Act name="accept-counter" label={t("takeOtherWay")} run={() => act({ action: "accept_counter" })} main />}
      {may.has("counter") && <Act name="counter" label={t("suggestAnotherWay")} run={() => open("counter")} />}
      {may.has("decline") && <Act name="decline" label={t("iCannot")} run={() => open("decline")} />}
      {may.has("done") && <Act name="done" label={t("done")} run={() => open("done")} />}
      {may.has("change") && <Act name="change" label={t("change")} run={() => open("change")} quiet />}
      {may.has("withdraw") && <Act name="withdraw" label={t("withdrawAsk")} run={() => act({ action: "withdraw" })} quiet />}
    </div>
  );
}

function Act(props: { name: string; label: string; run: () => void; main?: boolean; quiet?: boolean; focus?: boolean }): JSX.Element {
  const kind = props.main === true ? "btn main" : props.quiet === true ? "btn quiet" : "btn";
  return (
    <button type="button" class={kind} data-testid={props.name} onClick={props.run} ref={props.focus === true ? focusOnce : null}>
      {props.label}
    </button>
  );
}

function focusOnce(button: HTMLButtonElement | null): void {
  button?.focus();
}
