/** What a recipient may do about an entry: share thanks, report a note, keep its author away. */
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ask } from "../shared/ask.js";
import { t } from "../shared/browser.js";
import type { InboxEntry, Muted } from "../shared/api.js";
import { firstName } from "../shared/handoff.js";
import { Notice, TextForm, wordsOf } from "./parts.js";
import { useFocusBack } from "./use.js";

type Asking = "report" | "mute" | "block" | null;

/** Opens in place below the entry: a menu that floats would be cut off by the popup's edge. */
export function EntryMenu({ entry, author }: { entry: InboxEntry; author: NonNullable<InboxEntry["author"]> }): JSX.Element {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <div class="more-about">
      <button
        type="button"
        class="dots"
        aria-expanded={open}
        aria-controls={id}
        aria-label={t("moreAbout", author.name)}
        title={t("moreAbout", author.name)}
        data-testid="entry-menu"
        onClick={() => setOpen(!open)}
      >
        <span aria-hidden="true">···</span>
      </button>
      <div id={id} hidden={!open}>
        {open && <Choices entry={entry} author={author} />}
      </div>
    </div>
  );
}

function Choices({ entry, author }: { entry: InboxEntry; author: NonNullable<InboxEntry["author"]> }): JSX.Element {
  const [asking, setAsking] = useState<Asking>(null);
  const [told, setTold] = useState<string | null>(null);
  const [quiet, setQuiet] = useState<Muted["kind"] | null>(null);
  const [shared, setShared] = useState(entry.public);
  const [reported, setReported] = useState(entry.reported);
  const box = useRef<HTMLDivElement>(null);
  useFocusBack(box, asking);
  const first = firstName(author.name);
  const note = entry.kind === "thanks" || entry.kind === "word";
  useEffect(() => {
    ask("panel.mutes", {})
      .then((all) => setQuiet(kindFor(all, author.id)))
      .catch(() => undefined);
  }, []);
  const run = (request: () => Promise<string>): void => {
    setTold(null);
    request()
      .then(setTold)
      .catch((error: unknown) => setTold(wordsOf(error)))
      .finally(() => setAsking(null));
  };
  const mute = (kind: Muted["kind"] | null, said: string): void =>
    run(async () => {
      setQuiet(kindFor(await ask("panel.mute", { colleague: author.id, kind }), author.id));
      return said;
    });
  const share = (): void =>
    run(async () => {
      const answer = await ask("panel.publish", { note: entry.id, public: !shared });
      setShared(answer.public);
      return t(answer.public ? "onTheWallNow" : "offTheWallNow");
    });
  return (
    <div class="choices" ref={box} tabIndex={-1} data-testid="entry-choices">
      {asking === null && (
        <div class="row">
          {entry.kind === "thanks" && <Choice name="publish" label={t(shared ? "offTheWall" : "onTheWall")} run={share} />}
          {note && !reported && <Choice name="report" label={t("report")} run={() => setAsking("report")} />}
          {note && reported && <span class="meta">{t("reportedAlready")}</span>}
          {quiet === null && <Choice name="mute" label={t("mutePerson", first)} run={() => setAsking("mute")} />}
          {quiet === "mute" && <Choice name="unmute" label={t("unmutePerson", first)} run={() => mute(null, t("unmutedNow", first))} />}
          {quiet !== "block" && <Choice name="block" label={t("blockPerson", first)} run={() => setAsking("block")} />}
          {quiet === "block" && <Choice name="unblock" label={t("unblockPerson", first)} run={() => mute(null, t("unblockedNow", first))} />}
        </div>
      )}
      {asking === "report" && (
        <>
          <p class="meta">{t("reportHint", first)}</p>
          <TextForm
            testid="report"
            label={t("reportWhy")}
            placeholder={t("reportWhy")}
            action={t("reportNow")}
            longest={500}
            lines={true}
            mayBeEmpty
            cancel={() => setAsking(null)}
            send={async (reason) => {
              await ask("panel.report", { note: entry.id, reason: reason === "" ? null : reason });
              setReported(true);
              setTold(t("reportedNow"));
              setAsking(null);
            }}
          />
        </>
      )}
      {asking === "mute" && <Sure words={t("muteHint", first)} yes={t("mutePerson", first)} run={() => mute("mute", t("mutedNow", first))} no={() => setAsking(null)} />}
      {asking === "block" && <Sure words={t("blockHint", first)} yes={t("blockPerson", first)} run={() => mute("block", t("blockedNow", first))} no={() => setAsking(null)} />}
      <Notice text={told} />
    </div>
  );
}

function kindFor(all: readonly Muted[], colleague: string): Muted["kind"] | null {
  return all.find((muted) => muted.colleague.id === colleague)?.kind ?? null;
}

/** Says what will happen before it does. */
function Sure({ words, yes, run, no }: { words: string; yes: string; run: () => void; no: () => void }): JSX.Element {
  return (
    <>
      <p class="meta">{words}</p>
      <div class="row">
        <button type="button" class="btn" data-testid="sure" onClick={run} ref={focusOnce}>
          {yes}
        </button>
        <button type="button" class="btn quiet" onClick={no}>
          {t("cancel")}
        </button>
      </div>
    </>
  );
}

function focusOnce(button: HTMLButtonElement | null): void {
  button?.focus();
}

function Choice({ name, label, run }: { name: string; label: string; run: () => void }): JSX.Element {
  return (
    <button type="button" class="btn quiet" data-testid={name} onClick={run}>
      {label}
    </button>
  );
}
