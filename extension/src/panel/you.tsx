/** What is mine alone: my service over time, whether I am rated at all, and whom I keep away. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../shared/ask.js";
import { t } from "../shared/browser.js";
import type { Muted } from "../shared/api.js";
import { MyService } from "./my-service.js";
import { Avatar, Notice, wordsOf } from "./parts.js";
import { useLoaded } from "./use.js";

export function You({ back }: { back: () => void }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div data-testid="you">
      <div class="sub">
        <button type="button" class="btn quiet" data-testid="back" onClick={back}>
          {t("back")}
        </button>
        <h2 ref={heading} tabIndex={-1}>
          {t("justForYou")}
        </h2>
      </div>
      <MyService />
      <Pause />
      <Mutes />
    </div>
  );
}

/** Nobody asks why, and nothing here asks either. */
function Pause(): JSX.Element {
  const pause = useLoaded<{ paused: boolean }>(() => ask("panel.paused", {}));
  const [told, setTold] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { value } = pause;
  const turn = (): void => {
    if (value === null || busy) return;
    setBusy(true);
    setTold(null);
    ask("panel.pause", { paused: !value.paused })
      .then((next) => {
        pause.set(next);
        setTold(t(next.paused ? "pausedNow" : "unpausedNow"));
      })
      .catch((error: unknown) => setTold(wordsOf(error)))
      .finally(() => setBusy(false));
  };
  return (
    <section class="pad" data-testid="pause" data-paused={value === null ? "unknown" : String(value.paused)}>
      <div class="setting">
        <h2 id="pause-name">{t("pauseRating")}</h2>
        <button type="button" class="switch" role="switch" data-testid="pause-switch" aria-labelledby="pause-name" aria-describedby="pause-hint" aria-checked={value?.paused === true} disabled={value === null} onClick={turn} />
      </div>
      <p class="meta" id="pause-hint">
        {t("pauseHint")}
      </p>
      <Notice text={told ?? (value === null ? pause.problem : null)} />
    </section>
  );
}

function Mutes(): JSX.Element {
  const mutes = useLoaded<Muted[]>(() => ask("panel.mutes", {}));
  const [told, setTold] = useState<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const free = ({ colleague, kind }: Muted): void => {
    ask("panel.mute", { colleague: colleague.id, kind: null })
      .then((left) => {
        mutes.set(left);
        setTold(t(kind === "mute" ? "unmutedNow" : "unblockedNow", colleague.name));
        heading.current?.focus();
      })
      .catch((error: unknown) => setTold(wordsOf(error)));
  };
  const { value } = mutes;
  return (
    <section class="pad" data-testid="mutes">
      <h2 ref={heading} tabIndex={-1}>
        {t("keptAway")}
      </h2>
      {value?.length === 0 && <p class="meta">{t("nobodyKeptAway")}</p>}
      {value !== null && value.length > 0 && (
        <ul class="kept-away">
          {value.map((muted) => (
            <li key={muted.colleague.id} data-testid={`muted-${muted.colleague.id}`}>
              <Avatar name={muted.colleague.name} />
              <span>
                {muted.colleague.name} <span class="meta">{t(muted.kind === "mute" ? "isMuted" : "isBlocked")}</span>
              </span>
              <button type="button" class="btn quiet" data-testid="free" onClick={() => free(muted)} aria-label={t(muted.kind === "mute" ? "unmutePerson" : "unblockPerson", muted.colleague.name)}>
                {t(muted.kind === "mute" ? "unmute" : "unblock")}
              </button>
            </li>
          ))}
        </ul>
      )}
      <Notice text={told ?? (value === null ? mutes.problem : null)} />
    </section>
  );
}
