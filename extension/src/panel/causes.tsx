/** What a missed mostly lay at: one tap, never asked for twice, taken back by another tap. */
import type { JSX } from "preact";
import type { Cause } from "../shared/api.js";
import { t } from "../shared/browser.js";
import { CAUSES } from "../shared/say.js";

export function Causes({ chosen, choose }: { chosen: Cause | null; choose: (cause: Cause | null) => void }): JSX.Element {
  return (
    <div class="causes" role="group" aria-label={t("causeAsk")} data-testid="causes">
      <span class="meta">{t("causeAsk")}</span>
      {CAUSES.map((cause) => (
        <button
          type="button"
          class="chip"
          key={cause}
          aria-pressed={cause === chosen}
          data-testid={`cause-${cause}`}
          onClick={() => choose(cause === chosen ? null : cause)}
        >
          {t(`cause_${cause}`)}
        </button>
      ))}
    </div>
  );
}
