/** When the page may be one of a tool we know, but is not turned on: offers to turn it on, for this very site. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ask } from "../shared/ask.js";
import { api, patternsKnowNoPorts, t } from "../shared/browser.js";
import type { Candidate } from "../shared/messages.js";
import { patternOf } from "../shared/server-address.js";
import { Notice, wordsOf } from "./parts.js";

export function TurnOnHere({ tab, url }: { tab: number; url: string }): JSX.Element | null {
  const [candidates, setCandidates] = useState<Candidate[]>([]);
  const [chosen, setChosen] = useState("");
  const [told, setTold] = useState<string | null>(null);
  useEffect(() => {
    ask("panel.recognise", { tab, url })
      .then((found) => {
        setCandidates(found);
        setChosen(found[0]?.id ?? "");
      })
      // A page that may not be looked at is one we have nothing to say about.
      .catch(() => undefined);
  }, []);
  const [only] = candidates;
  if (only === undefined) return told === null ? null : <Notice text={told} />;
  const { origin, host } = new URL(url);
  const turnOn = (): void => {
    void ask("panel.plan-site", { origin, tool: chosen });
    api.permissions
      .request({ origins: [patternOf(origin, patternsKnowNoPorts)] })
      .then(async (given) => {
        if (given) await ask("panel.add-site", { origin, tool: chosen });
        setTold(given ? t("siteAdded", host) : t("sitePermissionNotGiven"));
        if (given) setCandidates([]);
      })
      .catch((error: unknown) => setTold(wordsOf(error)));
  };
  return (
    <>
      <div class="row" data-testid="recognised">
        {candidates.length === 1 ? (
          <span>{t("looksLike", only.name)}</span>
        ) : (
          <label class="which">
            {t("whichToolIsThis")}
            <select class="field" data-testid="which-tool" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
              {candidates.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        <button type="button" class="btn main" data-testid="turn-on-here" onClick={turnOn}>
          {t("turnOnHere")}
        </button>
      </div>
      <Notice text={told} />
    </>
  );
}
