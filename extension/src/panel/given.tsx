/** What I gave: to change, to take back, and what has not reached the server. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Verdict } from "../shared/api.js";
import { ask } from "../shared/ask.js";
import { t } from "../shared/browser.js";
import type { GivenEntry } from "../shared/messages.js";
import { Loading } from "./inbox.js";
import { Avatar, ItemLine, Notice, PeoplePicker, Sign, TextForm, VerdictWord, Verdicts, When, wordsOf } from "./parts.js";
import { useChanges, useLoaded } from "./use.js";

type Doing = "nothing" | "change" | "missed" | "who" | "edit";

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

function Entry({ entry, set }: { entry: GivenEntry; set: (entries: GivenEntry[]) => void }): JSX.Element {
  const [doing, setDoing] = useState<Doing>("nothing");
  const [problem, setProblem] = useState<string | null>(null);
  const { id } = entry;
  const run = async (request: () => Promise<GivenEntry[]>): Promise<void> => {
    set(await request());
    setDoing("nothing");
  };
  const act = (request: () => Promise<GivenEntry[]>): void => {
    setProblem(null);
    run(request).catch((error: unknown) => setProblem(wordsOf(error)));
  };
  const change = (verdict: Verdict): void => {
    if (verdict === "missed") setDoing("missed");
    else act(() => ask("panel.change", { id, verdict, text: null }));
  };
  return (
    <li data-testid={`given-${entry.kind}`} data-sending={entry.sending}>
      <Avatar name={entry.name} />
      <div class="body">
        <div>
          <span class="strong">{entry.name}</span>{" "}
          <span class="meta">
            {entry.kind === "rating" ? t("yourRating") : t("yourThanks")} · <When at={entry.at} />
          </span>
        </div>
        {entry.verdict !== null && (
          <p>
            <VerdictWord verdict={entry.verdict} />
          </p>
        )}
        {entry.text !== null && <p>{entry.text}</p>}
        {entry.item !== null && <ItemLine item={entry.item} />}
        {entry.sending === "waiting" && (
          <p class="meta" data-testid="not-sent">
            {t("waitsToBeSent")}
          </p>
        )}
        {entry.problem !== null && (
          <p class="problem" data-testid="problem">
            {t("notAcceptedBecause", entry.problem.detail)}
          </p>
        )}
        {doing === "nothing" && <Actions entry={entry} setDoing={setDoing} act={act} />}
        {(doing === "change" || doing === "missed") && (
          <div class="row">
            <Verdicts chosen={doing === "missed" ? "missed" : entry.verdict} choose={change} />
          </div>
        )}
        {doing === "missed" && (
          <TextForm
            testid="missed"
            label={t("whatWouldHaveHelped")}
            placeholder={t("whatWouldHaveHelped")}
            action={t("send")}
            longest={500}
            lines={false}
            start={entry.text ?? ""}
            cancel={() => setDoing("nothing")}
            send={(text) => run(() => ask("panel.change", { id, verdict: "missed", text }))}
          />
        )}
        {doing === "edit" && (
          <TextForm
            testid="edit"
            label={t("yourThanks")}
            placeholder={t("yourThanks")}
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

function Actions(props: {
  entry: GivenEntry;
  setDoing: (doing: Doing) => void;
  act: (request: () => Promise<GivenEntry[]>) => void;
}): JSX.Element | null {
  const { entry, setDoing, act } = props;
  const { id } = entry;
  const rating = entry.kind === "rating";
  if (entry.sending === "rejected") {
    return (
      <div class="row">
        <Quiet name="chooseWho" run={() => setDoing("who")} />
        <Quiet name="edit" run={() => setDoing(rating ? "change" : "edit")} />
        <Quiet name="discard" run={() => act(() => ask("panel.discard", { id }))} />
      </div>
    );
  }
  // Notes are delivered at once and never edited: there is nothing to do about them.
  if (!rating) return null;
  return (
    <div class="row">
      <Quiet name="change" run={() => setDoing("change")} />
      <Quiet name="withdraw" run={() => act(() => ask("panel.withdraw", { id }))} />
    </div>
  );
}

function Quiet({ name, run }: { name: string; run: () => void }): JSX.Element {
  return (
    <button type="button" class="btn quiet" data-testid={name} onClick={run}>
      {t(name)}
    </button>
  );
}
