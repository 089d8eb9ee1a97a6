/** What I gave: to change, to take back, and what has not reached the server. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Verdict } from "../shared/api.js";
import { ask } from "../shared/ask.js";
import { speak, t } from "../shared/browser.js";
import type { GivenEntry } from "../shared/messages.js";
import { dayAndMonth, verdictWords } from "../shared/say.js";
import type { WayOut } from "../shared/ways-out.js";
import { Causes } from "./causes.js";
import { Loading } from "./inbox.js";
import { Avatar, ItemLine, Notice, PeoplePicker, Sign, TextForm, VerdictWord, Verdicts, When, wordsOf } from "./parts.js";
import { RepairOf } from "./repair-thread.js";
import { useChanges, useLoaded } from "./use.js";
import { WaysOut } from "./ways-out.js";

const KINDS = { rating: "yourRating", thanks: "yourThanks", word: "yourWord" } as const;

type Doing = "nothing" | "change" | "missed" | "all-the-same" | "who" | "edit";

export function Given(): JSX.Element {
  const given = useLoaded<GivenEntry[]>(
    () => ask("panel.given", {}),
    () => ask("panel.cached-given", {}),
  );
  useChanges(() => void ask("panel.cached-given", {}).then(given.set).catch(() => undefined));
  if (given.value === null) return given.problem === null ? <Loading /> : <Notice text={given.problem} />;
  if (given.value.length === 0 && !given.loading) {
    return (
      <div class="state" data-testid="given-empty">
        <span class="big">
          <Sign name="clasp" size={40} />
        </span>
        <strong>{t("givenEmptyTitle")}</strong>
        <p>{t("givenEmptyText")}</p>
      </div>
    );
  }
  return (
    <ul class="list" data-testid="given">
      {given.value.map((entry) => (
        <Entry key={entry.id} entry={entry} set={given.set} />
      ))}
    </ul>
  );
}

/** A word, and an open missed, has started a thread once the server has it. */
function hasThread({ kind, verdict, attribution, sending }: GivenEntry): boolean {
  return sending === "sent" && (kind === "word" || (verdict === "missed" && attribution !== "pooled"));
}

function Entry({ entry, set }: { entry: GivenEntry; set: (entries: GivenEntry[]) => void }): JSX.Element {
  const [doing, setDoing] = useState<Doing>("nothing");
  const [problem, setProblem] = useState<string | null>(null);
  const { id, cause, direction } = entry;
  const pooled = entry.attribution === "pooled";
  const run = async (request: () => Promise<GivenEntry[]>): Promise<void> => {
    set(await request());
    setDoing("nothing");
  };
  const act = (request: () => Promise<GivenEntry[]>): void => {
    setProblem(null);
    run(request).catch((error: unknown) => setProblem(wordsOf(error)));
  };
  const change = (verdict: Verdict, text: string | null): Promise<GivenEntry[]> =>
    ask("panel.change", { id, verdict, text, cause: verdict === "missed" ? cause : null });
  const choose = (verdict: Verdict): void => {
    // A pooled missed carries no words; an open one needs its line.
    if (verdict === "missed" && !pooled) setDoing("missed");
    else act(() => change(verdict, null));
  };
  const take = (way: WayOut): void => {
    if (way === "choose-who") setDoing("who");
    else if (way === "edit") setDoing("edit");
    else if (way === "add-words") setDoing("missed");
    else if (way === "without-words") act(() => change(entry.verdict ?? "missed", null));
    // By name a missed needs its line.
    else if (way === "all-the-same" && entry.verdict === "missed") setDoing("all-the-same");
    else if (way === "all-the-same") act(() => ask("panel.all-the-same", { id, text: null }));
    else if (way === "tell-instead") act(() => ask("panel.tell-instead", { id }));
    else act(() => ask("panel.discard", { id }));
  };
  const canChange = entry.kind === "rating" && entry.sending !== "rejected" && !entry.released;
  return (
    <li data-testid={`given-${entry.kind}`} data-sending={entry.sending}>
      <Avatar name={entry.name} />
      <div class="body">
        <div>
          <span class="strong">{entry.name}</span>{" "}
          <span class="meta">
            {t(KINDS[entry.kind])} · <When at={entry.at} />
          </span>
        </div>
        {entry.verdict !== null && (
          <p class="said">
            <VerdictWord verdict={entry.verdict}>{speak(verdictWords(entry.verdict, direction ?? "service"))}</VerdictWord>
            {cause !== null && <span class="meta">· {t(`cause_${cause}`)}</span>}
          </p>
        )}
        {entry.text !== null && <p>{entry.text}</p>}
        {entry.item !== null && <ItemLine item={entry.item} />}
        <Standing entry={entry} />
        {doing === "nothing" && entry.sending === "rejected" && <WaysOut quiet ways={entry.ways} take={take} />}
        {doing === "nothing" && hasThread(entry) && <RepairOf id={id} />}
        {doing === "nothing" && canChange && (
          <div class="row">
            <Quiet name="change" run={() => setDoing("change")} />
            <Quiet name="withdraw" run={() => act(() => ask("panel.withdraw", { id }))} />
          </div>
        )}
        {(doing === "change" || doing === "missed") && (
          <div class="row">
            <Verdicts chosen={doing === "missed" ? "missed" : entry.verdict} choose={choose} direction={direction ?? "service"} />
          </div>
        )}
        {doing === "change" && entry.verdict === "missed" && direction === "service" && (
          <Causes chosen={cause} choose={(named) => act(() => ask("panel.change", { id, verdict: "missed", text: entry.text, cause: named }))} />
        )}
        {(doing === "missed" || doing === "all-the-same") && (
          <TextForm
            testid="missed"
            label={t("whatWouldHaveHelped")}
            placeholder={t("whatWouldHaveHelped")}
            action={t("send")}
            longest={500}
            lines={false}
            start={entry.text ?? ""}
            cancel={() => setDoing("nothing")}
            send={(text) => run(() => (doing === "missed" ? change("missed", text) : ask("panel.all-the-same", { id, text })))}
          />
        )}
        {doing === "edit" && (
          <TextForm
            testid="edit"
            label={t("edit")}
            placeholder={t("sayThankYou", entry.name)}
            action={t("sendAgain")}
            longest={2000}
            lines={true}
            start={entry.text ?? ""}
            cancel={() => setDoing("nothing")}
            send={(text) => run(() => ask("panel.rewrite", { id, text }))}
          />
        )}
        {doing === "who" && (
          <PeoplePicker
            focus
            label={t("searchByName")}
            suggestions={[]}
            search={(q) => ask("panel.people", { q })}
            pick={(person) => act(() => ask("panel.readdress", { id, person }))}
          />
        )}
        <Notice text={problem} />
      </div>
    </li>
  );
}

/** Where it stands: on its way, held back, refused, waiting for its release, or released. */
function Standing({ entry }: { entry: GivenEntry }): JSX.Element | null {
  const { sending, problem, wish, released, releaseOn, attribution } = entry;
  if (sending === "rejected") {
    return (
      <p class="problem" data-testid="problem">
        {wish === "withdrawn" ? t("notTakenBackBecause", problem?.detail ?? "") : t("notAcceptedBecause", problem?.detail ?? "")}
      </p>
    );
  }
  if (sending === "waiting") {
    return (
      <p class="meta" data-testid="not-sent">
        {problem === null ? t("waitsToBeSent") : t("heldBack", problem.detail)}
      </p>
    );
  }
  if (released) return <p class="meta">{t("releasedStays")}</p>;
  if (attribution !== "pooled" || releaseOn === null) return null;
  return <p class="meta">{t("waitsForRelease", dayAndMonth(releaseOn))}</p>;
}

function Quiet({ name, run }: { name: string; run: () => void }): JSX.Element {
  return (
    <button type="button" class="btn quiet" data-testid={name} onClick={run}>
      {t(name)}
    </button>
  );
}
