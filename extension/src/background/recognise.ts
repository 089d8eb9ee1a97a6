/** Tells which tool a page may be a copy of, by its markers and its address. Looks only, and only when the member opens the popup. */
import { api } from "../shared/browser.js";
import { hostFits, hostOf, locateAs } from "../shared/matcher.js";
import type { Candidate } from "../shared/messages.js";
import { isTurnedOnAt } from "./sites.js";
import { knownTools, toolFile, type KnownTool } from "./tool-files.js";

/**
 * The tools this page may belong to: those whose public host it is, then those whose markers are in it and whose
 * items have such addresses, then those with markers only. Empty where one is turned on, or looking is not allowed.
 */
export async function recognise(tab: number, address: string): Promise<Candidate[]> {
  if (!URL.canParse(address) || (await isTurnedOnAt(address))) return [];
  const url = new URL(address);
  const known = await knownTools();
  const isPublic = ({ hosts }: KnownTool): boolean => url.protocol === "https:" && hosts.some((each) => hostFits(hostOf(url), each));
  const here = known.filter(isPublic);
  const marked = await markedIn(tab, known.filter((tool) => tool.markers.length > 0 && !isPublic(tool)));
  const fits = await Promise.all([...here, ...marked].map(async (tool) => [tool, await isItem(address, tool)] as const));
  const rank = ([tool, item]: readonly [KnownTool, boolean]): number => (here.includes(tool) ? 2 : 0) + (item ? 1 : 0);
  return fits.sort((one, other) => rank(other) - rank(one)).map(([{ id, name }]) => ({ id, name }));
}

async function isItem(address: string, { id }: KnownTool): Promise<boolean> {
  const file = await toolFile(id);
  return file !== null && locateAs(address, file) !== null;
}

async function markedIn(tab: number, tools: readonly KnownTool[]): Promise<KnownTool[]> {
  const candidates = tools.map(({ id, markers }) => ({ id, markers }));
  // Allowed by activeTab, in the tab the member opened the popup on.
  const looked = await api.scripting.executeScript({ target: { tabId: tab }, func: withMarkers, args: [candidates] }).catch(() => []);
  const found = looked[0]?.result ?? [];
  return tools.filter(({ id }) => found.includes(id));
}

/** Runs in the page, so it may use nothing from here. */
function withMarkers(candidates: { id: string; markers: string[] }[]): string[] {
  const isThere = (selector: string): boolean => {
    try {
      return document.querySelector(selector) !== null;
    } catch {
      return false;
    }
  };
  return candidates.filter(({ markers }) => markers.some(isThere)).map(({ id }) => id);
}
