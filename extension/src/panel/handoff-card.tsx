/** One handoff in the panel: who, what was agreed, the three verdicts, and what can be said beside them. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Cause, Person, Verdict } from "../shared/api.js";
import { ask } from "../shared/ask.js";
import { speak, t } from "../shared/browser.js";
import { firstName, type Handoff, type HandoffState, type MyRating, type Suggestions } from "../shared/handoff.js";
import { agreedWords, READY_THANKS, standingWords, verdictWords } from "../shared/say.js";
import { Causes } from "./causes.js";
import { Loading } from "./inbox.js";
import { ItemLine, Notice, PeoplePicker, TextForm, VerdictWord, Verdicts, wordsOf } from "./parts.js";
import { Propose } from "./propose.js";
import { useChanges } from "./use.js";
import { WhoSees } from "./who-sees.js";
import { WriteForm } from "./write-form.js";

type Asking = "nothing" | "missed" | "thanks" | "word" | "expectation";

export function HandoffCard({ handoff }: { handoff: Handoff }): JSX.Element {
  const [state, setState] = useState<HandoffState | null>(null);
  const [person, setPerson] = useState<Person | null>(null);
  const [asking, setAsking] = useState<Asking>("nothing");
  const [problem, setProblem] = useState<string | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const load = (): void => {
    ask("panel.handoff", { handoff, person })
      .then(setState)
      .catch((error: unknown) => setProblem(wordsOf(error)));
  };
  useEffect(load, [person]);
  useChanges(load);
  if (state === null) return problem === null ? <Loading /> : <Notice text={problem} />;

  const { direction, subjectName: name, rating } = state;
  const first = firstName(name ?? "");
  const act = (request: Promise<HandoffState>): void => {
    setProblem(null);
    request.then(setState).catch((error: unknown) => setProblem(wordsOf(error)));
  };
  const rate = (verdict: Verdict, text: string | null): Promise<HandoffState> => ask("panel.rate", { handoff, person, verdict, text });
  const choose = (verdict: Verdict): void => {
    // A pooled missed carries no words; an open one needs its line.
    const needsLine = verdict === "missed" && state.attribution === "open";
    setAsking(needsLine ? "missed" : "nothing");
    if (!needsLine) act(rate(verdict, null));
  };
  const write = async (kind: "thanks" | "word", text: string): Promise<void> => {
    await ask("panel.write", { kind, handoff, person, text });
    setTold(t(kind === "thanks" ? "thanksWritten" : "wordWritten", first));
    setAsking("nothing");
    load();
  };
  return (
    <section class="pad" data-testid="handoff">
      <div>
        {direction === "request" && <h2>{t("wasTheAskClear")}</h2>}
        <div class="strong">{name ?? t(direction === "request" ? "whoAsked" : "whoDidThis")}</div>
        <ItemLine item={handoff.item} />
        {state.agreed !== null && (
          <p class="meta" data-testid="agreed">
            {speak(agreedWords(state.agreed, first))}
          </p>
        )}
      </div>
      {name === null && <WhoHere handoff={handoff} pick={setPerson} />}
      {name !== null && state.agreed?.kind === "declined" && state.thank.allowed && state.said.thanks === null && (
        <div class="row">
          <button type="button" class="btn" data-testid="early" onClick={() => void write("thanks", t(READY_THANKS.early)).catch((error: unknown) => setProblem(wordsOf(error)))}>
            {t("thanksForEarly")}
          </button>
        </div>
      )}
      {name !== null && (rating !== null || state.rate.allowed) && (
        <>
          {rating?.released !== true && <Verdicts chosen={asking === "missed" ? "missed" : (rating?.verdict ?? null)} choose={choose} direction={direction} />}
          {rating !== null && <Standing rating={rating} direction={direction} />}
          {asking === "missed" && (
            <TextForm
              testid="missed"
              label={t("whatWouldHaveHelped")}
              placeholder={t("whatWouldHaveHelped")}
              action={t("send")}
              longest={500}
              lines={false}
              cancel={() => setAsking("nothing")}
              send={async (text) => {
                setState(await rate("missed", text));
                setAsking("nothing");
              }}
            />
          )}
          {hasCause(state) && (
            <Causes chosen={rating?.cause ?? null} choose={(cause: Cause | null) => act(ask("panel.cause", { handoff, person, cause }))} />
          )}
          <WhoSees state={state} />
        </>
      )}
      {name !== null && rating === null && !state.rate.allowed && <p class="notice">{state.rate.detail}</p>}
      {name !== null && asking === "nothing" && <Actions state={state} first={first} start={setAsking} />}
      {(asking === "thanks" || asking === "word") && (
        <WriteForm
          kind={asking}
          first={first}
          attribution={state.attribution}
          ready={state.said.thanks === null ? (direction === "request" ? "ask" : "work") : null}
          cancel={() => setAsking("nothing")}
          send={write}
        />
      )}
      {asking === "expectation" && (
        <Propose
          person={state.person}
          item={handoff.item}
          cancel={() => setAsking("nothing")}
          done={(asked) => {
            setTold(t("askedPerson", firstName(asked)));
            setAsking("nothing");
          }}
        />
      )}
      <Notice text={problem ?? told} />
    </section>
  );
}

function hasCause({ rating, direction }: HandoffState): boolean {
  return rating?.verdict === "missed" && direction === "service" && rating.sending !== "rejected" && !rating.released;
}

function Actions({ state, first, start }: { state: HandoffState; first: string; start: (asking: Asking) => void }): JSX.Element {
  const button = (asking: Asking, words: string): JSX.Element => (
    <button type="button" class="btn" data-testid={asking === "thanks" ? "thank" : asking} onClick={() => start(asking)}>
      {words}
    </button>
  );
  const mine = state.rate.code === "self";
  return (
    <div class="row">
      {state.thank.allowed && button("thanks", t("thankPerson", first))}
      {state.thank.allowed && button("word", t("tellPrivately", first))}
      {!mine && state.direction === "service" && button("expectation", t("tellWhatYouNeed", first))}
    </div>
  );
}

function Standing({ rating, direction }: { rating: MyRating; direction: HandoffState["direction"] }): JSX.Element | null {
  const { verdict, sending, wish, problem, released } = rating;
  if (released) {
    return (
      <div data-testid="standing">
        <VerdictWord verdict={verdict}>{speak(verdictWords(verdict, direction))}</VerdictWord>
        <p class="meta">{t("releasedStays")}</p>
      </div>
    );
  }
  if (sending === "sent") return null;
  return (
    <div data-testid="standing">
      <VerdictWord verdict={verdict}>{speak(standingWords({ sending, wish }, verdictWords(verdict, direction)))}</VerdictWord>
      {problem !== null && <p class="problem">{problem.detail}</p>}
    </div>
  );
}

function WhoHere({ handoff, pick }: { handoff: Handoff; pick: (person: Person) => void }): JSX.Element {
  const [suggestions, setSuggestions] = useState<Suggestions>({ handle: null, people: [] });
  useEffect(() => {
    ask("panel.suggestions", { handoff })
      .then(setSuggestions)
      .catch(() => undefined);
  }, []);
  return <PeoplePicker label={t("searchByName")} suggestions={suggestions.people} search={(q) => ask("panel.people", { q })} pick={pick} />;
}
