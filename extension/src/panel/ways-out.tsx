/** What can be done about a refusal, as buttons. */
import type { JSX } from "preact";
import { t } from "../shared/browser.js";
import type { WayOut } from "../shared/ways-out.js";

const NAMES: Record<WayOut, string> = {
  "choose-who": "chooseWho",
  "add-words": "whatWouldHaveHelped",
  "without-words": "wayWithoutWords",
  "tell-instead": "wayTellInstead",
  "all-the-same": "wayAllTheSame",
  edit: "edit",
  keep: "wayKeep",
  discard: "discard",
};

export function WaysOut({ ways, take, quiet }: { ways: readonly WayOut[]; take: (way: WayOut) => void; quiet?: boolean }): JSX.Element {
  return (
    <div class="row">
      {ways.map((way) => (
        <button type="button" class={quiet === true ? "btn quiet" : "btn"} key={way} data-testid={way} onClick={() => take(way)}>
          {t(NAMES[way])}
        </button>
      ))}
    </div>
  );
}
