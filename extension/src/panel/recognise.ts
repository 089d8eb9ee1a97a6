/** Tells by its markers which tool a page is a self-hosted copy of. Looks only, and only while the popup is open over it. */
import { api } from "../shared/browser.js";
import { tools } from "../shared/bundled-tools.js";

/** The tool's id; null for a page of no tool we know, or one that may not be looked at. */
export async function recognise(tab: chrome.tabs.Tab): Promise<string | null> {
  if (tab.id === undefined) return null;
  const markers = tools.map(({ id, self_hosted }) => ({ id, self_hosted }));
  // Allowed by activeTab, in the tab the member opened the popup on.
  const looked = await api.scripting
    .executeScript({ target: { tabId: tab.id }, func: firstWithMarker, args: [markers] })
    .catch(() => []);
  return looked[0]?.result ?? null;
}

/** Runs in the page, so it may use nothing from here. */
function firstWithMarker(candidates: { id: string; self_hosted: string[] }[]): string | null {
  const found = candidates.find(({ self_hosted }) => self_hosted.some((selector) => document.querySelector(selector) !== null));
  return found?.id ?? null;
}
