/** One handoff in the panel: who, the three verdicts, thanks. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Person, Verdict } from "../shared/api.js";
import { ask } from "../shared/ask.js";
import { t } from "../shared/browser.js";
import { firstName, type Handoff, type HandoffState, type Suggestions } from "../shared/handoff.js";
import { Loading } from "./inbox.js";
import { ItemLine, Notice, PeoplePicker, TextForm, VerdictWord, Verdicts, wordsOf } from "./parts.js";
import { useChanges } from "./use.js";

type Asking = "nothing" | "missed" | "thanks";

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

  const rate = async (verdict: Verdict, text: string | null): Promise<void> => {
    setState(await ask("panel.rate", { handoff, person, verdict, text }));
    setAsking("nothing");
  };
  const choose = (verdict: Verdict): void => {
    setProblem(null);
    if (verdict === "missed") setAsking("missed");
    else rate(verdict, null).catch((error: unknown) => setProblem(wordsOf(error)));
  };
  const name = state.subjectName;
  const first = firstName(name ?? "");
  return (
    <section class="pad" data-testid="handoff">
      <div>
        <div class="strong">{name ?? t("whoDidThis")}</div>
        <ItemLine item={handoff.item} />
      </div>
      {name === null && <WhoHere handoff={handoff} pick={setPerson} />}
      {name !== null && state.rate.allowed && (
        <>
          <Verdicts chosen={asking === "missed" ? "missed" : (state.rating?.verdict ?? null)} choose={choose} />
          <Standing state={state} />
          {asking === "missed" && (
            <TextForm
              testid="missed"
              label={t("whatWouldHaveHelped")}
              placeholder={t("whatWouldHaveHelped")}
              action={t("send")}
              longest={500}
              lines={false}
              cancel={() => setAsking("nothing")}
              send={(text) => rate("missed", text)}
            />
          )}
          <p class="meta">{state.attribution === "pooled" ? t("seenPooled", first) : t("seenNamed", first)}</p>
        </>
      )}
      {name !== null && !state.rate.allowed && <p class="notice">{state.rate.detail}</p>}
      {name !== null && state.thank.allowed && asking !== "thanks" && (
        <div class="row">
          <button type="button" class="btn" data-testid="thank" onClick={() => setAsking("thanks")}>
            {t("thankPerson", first)}
          </button>
        </div>
      )}
      {asking === "thanks" && (
        <TextForm
          testid="thanks"
          label={t("thankPerson", first)}
          placeholder={t("sayThankYou", first)}
          action={t("sendThanks")}
          longest={2000}
          lines={true}
          hint={t("thanksArePrivate", first)}
          cancel={() => setAsking("nothing")}
          send={async (text) => {
            await ask("panel.thank", { handoff, person, text });
            setTold(t("thanksWritten", first));
            setAsking("nothing");
          }}
        />
      )}
      <Notice text={problem ?? told} />
    </section>
  );
}

function Standing({ state }: { state: HandoffState }): JSX.Element | null {
  if (state.rating === null || state.rating.sending === "sent") return null;
  const { verdict, sending, problem } = state.rating;
  return (
    <div data-testid="standing">
      <VerdictWord verdict={verdict}>{t(sending === "waiting" ? "notSentYet" : "notAccepted", t(verdict))}</VerdictWord>
      {problem !== null && <p class="problem">{problem}</p>}
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
