/** Who will see a rating: one short line, and the whole of it for those who ask. */
import type { JSX } from "preact";
import { speak, t } from "../shared/browser.js";
import { firstName, type HandoffState } from "../shared/handoff.js";
import { seenBy, seenByAtLength } from "../shared/say.js";

export function WhoSees({ state }: { state: HandoffState }): JSX.Element {
  const first = firstName(state.subjectName ?? "");
  return (
    <details class="meta" data-testid="who-sees">
      <summary aria-label={`${speak(seenBy(first, state.attribution, state.pool))} ${t("whoSeesThis")}`}>
        {speak(seenBy(first, state.attribution, state.pool))}
      </summary>
      <p>{speak(seenByAtLength(first, state.attribution, state.pool))}</p>
    </details>
  );
}
