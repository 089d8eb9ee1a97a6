/** What colleagues sent me. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ask } from "../shared/ask.js";
import { t } from "../shared/browser.js";
import type { InboxEntry } from "../shared/api.js";
import type { InboxView } from "../shared/messages.js";
import { EntryMenu } from "./entry-menu.js";
import { LiveExpectation } from "./expectation-card.js";
import { NextRelease, PausedLine } from "./next-release.js";
import { Avatar, ItemLine, Notice, Sign, VerdictWord, When, wordsOf } from "./parts.js";
import { ReleaseFigure } from "./release.js";
import { RepairThread } from "./repair-thread.js";
import { useChanges, useLoaded } from "./use.js";

/** Shown so long, an entry counts as seen. Its dot stays until the panel is opened again. */
const SEEN_AFTER = 1_000;

export function Inbox({ setUnread, openYou }: { setUnread: (count: number) => void; openYou: () => void }): JSX.Element {
  const inbox = useLoaded<InboxView>(
    () => ask("panel.inbox", { cursor: null }),
    () => ask("panel.cached-inbox", {}),
  );
  const { value } = inbox;
  useChanges(() => {
    if (inbox.problem !== null) inbox.reload();
  });
  useEffect(() => {
    if (value === null || value.cachedAt !== null) return;
    setUnread(value.unread);
    const ids = value.entries.filter((entry) => !entry.read).map((entry) => entry.id);
    if (ids.length === 0) return;
    const timer = setTimeout(() => {
      void ask("panel.mark-read", { ids: ids.slice(0, 200) })
        .then(({ unread }) => setUnread(unread))
        .catch(() => undefined);
    }, SEEN_AFTER);
    return () => clearTimeout(timer);
  }, [value]);

  if (value === null) return inbox.problem === null ? <Loading /> : <Away problem={inbox.problem} again={inbox.reload} />;
  return (
    <>
      {inbox.problem !== null && (
        <div class="strip" role="status" data-testid="inbox-offline">
          <span>
            {inbox.problem} {t("shownIsOlder")}
          </span>
          <button type="button" class="btn" onClick={inbox.reload}>
            {t("tryAgain")}
          </button>
        </div>
      )}
      <PausedLine open={openYou} />
      <NextRelease open={openYou} />
      {value.entries.length === 0 ? (
        <div class="state" data-testid="inbox-empty">
          <span class="big">
            <Sign name="clasp" size={40} />
          </span>
          <strong>{t("inboxEmptyTitle")}</strong>
          <p>{t("inboxEmptyText")}</p>
        </div>
      ) : (
        <ul class="list" data-testid="inbox">
          {value.entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
      {value.next !== null && value.cachedAt === null && <More value={value} set={inbox.set} />}
    </>
  );
}

function Entry({ entry }: { entry: InboxEntry }): JSX.Element {
  const { author, item, text, verdict, expectation, repair, release } = entry;
  return (
    <li class={entry.read ? "" : "unread"} data-testid={`entry-${entry.kind}`} data-read={String(entry.read)}>
      {author === null ? <ManyColleagues /> : <Avatar name={author.name} />}
      <div class="body">
        <div class="head">
          <span class="name">{author === null ? t("colleaguesTogether") : author.name}</span>{" "}
          <span class="meta">
            {!entry.read && <span class="sr">{t("unread")} </span>}
            {sayingOf(entry)} · <When at={entry.at} />
          </span>
        </div>
        {author !== null && <EntryMenu entry={entry} author={author} />}
        {verdict !== null && (
          <p>
            <VerdictWord verdict={verdict}>{entry.direction === "request" ? t(`ask_${verdict}`) : t(`${verdict}Expectations`)}</VerdictWord>
          </p>
        )}
        {expectation === null && entry.kind !== "repair" && text !== null && <p>{text}</p>}
        {expectation === null && item !== null && <ItemLine item={item} />}
        {expectation !== null && <LiveExpectation expectation={expectation} />}
        {repair !== null && <RepairThread repair={repair} from={entry.kind === "repair" ? "latest" : "first"} />}
        {release !== null && <ReleaseFigure release={release} />}
      </div>
    </li>
  );
}

/** What the author, or what came, does: "thanks you". */
function sayingOf({ kind, direction, expectation, release }: InboxEntry): string {
  switch (kind) {
    case "thanks":
      return t("thanksYou");
    case "word":
      return t("tellsYou");
    case "rating":
      return t(direction === "request" ? "ratedYourAsk" : "ratedYou");
    case "repair":
      return t("answersYou");
    case "expectation":
      return expectation?.mine === "provider" ? t("asksYou") : t("answersYourAsk");
    case "release":
      return t(release?.direction === "request" ? "onYourAsks" : "onYourWork");
  }
}

function ManyColleagues(): JSX.Element {
  return (
    <span class="avatar many" aria-hidden="true">
      <Sign name="clasp" size={18} />
    </span>
  );
}

function More({ value, set }: { value: InboxView; set: (value: InboxView) => void }): JSX.Element {
  const [problem, setProblem] = useState<string | null>(null);
  const load = (): void => {
    ask("panel.inbox", { cursor: value.next })
      .then((page) => set({ ...page, entries: [...value.entries, ...page.entries] }))
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

export function Loading(): JSX.Element {
  return (
    <ul class="list" aria-busy="true" aria-label={t("looking")}>
      {[0, 1].map((row) => (
        <li key={row}>
          <span class="avatar" />
          <div>
            <div class="skeleton short" />
            <div class="skeleton" />
          </div>
        </li>
      ))}
    </ul>
  );
}

export function Away({ problem, again }: { problem: string; again: () => void }): JSX.Element {
  return (
    <div class="state" role="status" data-testid="away">
      <strong>{problem}</strong>
      <p>{t("nothingIsLost")}</p>
      <button type="button" class="btn" onClick={again}>
        {t("tryAgain")}
      </button>
    </div>
  );
}
