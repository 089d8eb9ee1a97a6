/** Quiet lines over the inbox, each with the way to what is mine alone. */
import type { JSX } from "preact";
import { ask } from "../shared/ask.js";
import { t } from "../shared/browser.js";
import type { OwnService } from "../shared/api.js";
import { day } from "./dates.js";
import { useLoaded } from "./use.js";

/** In pooled organisations: when the next release is, and for whom nothing came yet, why. Elsewhere there is no such line. */
export function NextRelease({ open }: { open: () => void }): JSX.Element | null {
  const { value } = useLoaded<OwnService>(
    () => ask("panel.service", {}),
    () => ask("panel.cached-service", {}),
  );
  if (value?.attribution !== "pooled") return null;
  return (
    <div class="strip" data-testid="next-release">
      <span>{value.next_release_on === null ? t("ratingsArePooled") : t("nextReleaseOn", day(value.next_release_on))}</span>
      <button type="button" class="btn quiet" data-testid="why" onClick={open}>
        {value.why_nothing_yet === null ? t("myService") : t("whyNothingYet")}
      </button>
    </div>
  );
}

/** Whoever has paused being rated is told so, lest it be forgotten. */
export function PausedLine({ open }: { open: () => void }): JSX.Element | null {
  const { value } = useLoaded<{ paused: boolean }>(() => ask("panel.paused", {}));
  if (value?.paused !== true) return null;
  return (
    <div class="strip" data-testid="paused">
      <span>{t("pausedLine")}</span>
      <button type="button" class="btn quiet" data-testid="paused-change" onClick={open}>
        {t("change")}
      </button>
    </div>
  );
}
