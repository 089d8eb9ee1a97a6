/** Whether the administrators are told when a page cannot be read. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Notice, wordsOf } from "../panel/parts.js";
import { ask } from "../shared/ask.js";
import { t } from "../shared/browser.js";
import type { TellBroken } from "../shared/messages.js";

const CHOICES: readonly TellBroken[] = ["ask", "always", "never"];

export function BrokenSection(): JSX.Element {
  const [value, setValue] = useState<TellBroken | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const fail = (error: unknown): void => setTold(wordsOf(error));
  useEffect(() => void ask("panel.tell-broken", {}).then(setValue, fail), []);
  const choose = (chosen: TellBroken): void => {
    ask("panel.set-tell-broken", { value: chosen }).then(() => setValue(chosen), fail);
  };
  return (
    <section id="broken-pages" data-testid="broken-pages">
      <h2 id="broken-pages-name">{t("whenPagesBreak")}</h2>
      <p class="meta">{t("whenPagesBreakText")}</p>
      <div class="choices" role="radiogroup" aria-labelledby="broken-pages-name">
        {CHOICES.map((choice) => (
          <label key={choice} class="choice">
            <input type="radio" name="tell-broken" id={`tell-broken-${choice}`} checked={value === choice} onChange={() => choose(choice)} />
            {t(`tellBroken_${choice}`)}
          </label>
        ))}
      </div>
      <Notice text={told} />
    </section>
  );
}
