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

function useLost(): { lost: Lost; told: string | null; allow: (grants: readonly LostGrant[]) => void } {
  const [lost, setLost] = useState<Lost>({ all: [], here: null });
  const [told, setTold] = useState<string | null>(null);
  const fail = (error: unknown): void => setTold(wordsOf(error));
  const load = (): void => {
    api.tabs
      .query({ active: true, currentWindow: true })
      .then(async ([tab]) => setLost(await ask("panel.lost-grants", { url: tab?.url ?? null })))
      .catch(fail);
  };
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

/** One line over every view of the popup: of this page's site when it is that one, else of all. */
export function LostStrip(): JSX.Element | null {
  const { lost, told, allow } = useLost();
  const { all, here } = lost;
  if (all.length === 0) return null;
  const words = here === null ? t("grantsLost", all.map(({ name }) => name).join(", ")) : t("grantLostHere", here.name);
  return (
    <div class="strip" role="status" data-testid="lost-grants">
      <span>{told ?? words}</span>
      <button type="button" class="btn" data-testid="allow-lost" onClick={() => allow(here === null ? all : [here])}>
        {t("allowAgain")}
      </button>
    </div>
  );
}
