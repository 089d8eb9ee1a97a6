/** What is turned on, but not granted any more: said where the member is, and restored in one click. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ask } from "../shared/ask.js";
import { api, t } from "../shared/browser.js";
import type { LostGrant } from "../shared/messages.js";
import { wordsOf } from "./parts.js";

interface Lost {
  all: LostGrant[];
  here: LostGrant | null;
}

function useLost(url: string | null): { lost: Lost; told: string | null; allow: (grants: readonly LostGrant[]) => void } {
  const [lost, setLost] = useState<Lost>({ all: [], here: null });
  const [told, setTold] = useState<string | null>(null);
  const fail = (error: unknown): void => setTold(wordsOf(error));
  const load = (): void => void ask("panel.lost-grants", { url }).then(setLost, fail);
  useEffect(() => {
    load();
    api.permissions.onAdded.addListener(load);
    api.permissions.onRemoved.addListener(load);
    return () => {
      api.permissions.onAdded.removeListener(load);
      api.permissions.onRemoved.removeListener(load);
    };
  }, []);
  const allow = (grants: readonly LostGrant[]): void => {
    // The first thing in the click: browsers ask only then. The background hears of the answer by itself.
    api.permissions
      .request({ origins: grants.flatMap(({ origins }) => origins) })
      .then((given) => {
        setTold(given ? null : t("sitePermissionNotGiven"));
        load();
      })
      .catch(fail);
  };
  return { lost, told, allow };
}

/** One line over every tab of the popup. */
export function LostStrip(): JSX.Element | null {
  const { lost, told, allow } = useLost(null);
  if (lost.all.length === 0) return null;
  const names = lost.all.map(({ name }) => name).join(", ");
  return (
    <div class="strip" role="status" data-testid="lost-grants">
      <span>{told ?? t("grantsLost", names)}</span>
      <button type="button" class="btn" data-testid="allow-lost" onClick={() => allow(lost.all)}>
        {t("allowAgain")}
      </button>
    </div>
  );
}

/** In the view of the page concerned. */
export function LostHere({ url }: { url: string }): JSX.Element | null {
  const { lost, told, allow } = useLost(url);
  const { here } = lost;
  if (here === null) return null;
  return (
    <div class="row" data-testid="lost-here">
      <span>{told ?? t("grantLostHere", here.name)}</span>
      <button type="button" class="btn main" data-testid="allow-here" onClick={() => allow([here])}>
        {t("allowAgain")}
      </button>
    </div>
  );
}
