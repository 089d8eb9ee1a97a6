/** A page that could not be read: asks whether the administrators may know which parts of the tool's description failed. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ask } from "../shared/ask.js";
import { t } from "../shared/browser.js";
import type { BrokenPage } from "../shared/messages.js";
import { Notice, wordsOf } from "./parts.js";

export function BrokenHere({ url }: { url: string }): JSX.Element | null {
  const [broken, setBroken] = useState<BrokenPage | null>(null);
  const [told, setTold] = useState<string | null>(null);
  useEffect(() => void ask("panel.broken", { url }).then(setBroken, () => undefined), []);
  if (broken === null) return told === null ? null : <section class="pad"><Notice text={told} /></section>;
  const answer = (given: "tell" | "always" | "not-now"): void => {
    ask("panel.answer-broken", { broken, answer: given })
      .then(() => {
        setBroken(null);
        setTold(given === "not-now" ? null : t("brokenTold"));
      })
      .catch((error: unknown) => setTold(wordsOf(error)));
  };
  return (
    <section class="pad" data-testid="broken">
      <p>{t("brokenPage", broken.name)}</p>
      <details class="meta">
        <summary>{t("brokenWhat")}</summary>
        <ul class="parts" data-testid="broken-parts">
          {broken.failed.map((pointer) => (
            <li key={pointer}>{partWords(pointer)}</li>
          ))}
        </ul>
        <p>{t("brokenNothingElse")}</p>
      </details>
      <div class="row">
        <button type="button" class="btn main" data-testid="broken-tell" onClick={() => answer("tell")}>
          {t("tellAdmins")}
        </button>
        <button type="button" class="btn" data-testid="broken-not-now" onClick={() => answer("not-now")}>
          {t("notNow")}
        </button>
        <button type="button" class="btn" data-testid="broken-always" onClick={() => answer("always")}>
          {t("alwaysTell")}
        </button>
      </div>
      <Notice text={told} />
    </section>
  );
}

/** "#/people/owner/1" as "the owner, 2nd place looked at". */
function partWords(pointer: string): string {
  const [, part = "", ...rest] = pointer.split("/");
  const [role, index] = part === "people" ? rest : [null, rest[0]];
  const words = part === "people" ? t(`part_${role ?? ""}`) : t(`part_${part}`);
  return index === undefined ? words : t("partPlace", words, String(Number(index) + 1));
}
