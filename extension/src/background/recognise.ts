/** Tells which tool a page may be a copy of, by its markers and its address. Looks only, and only when the member opens the popup. */
import { api } from "../shared/browser.js";
import type { Item } from "../shared/api.js";
import { webItem } from "../shared/item-line.js";
import { hostFits, hostOf, locateAs, type Located } from "../shared/matcher.js";
import type { Candidate } from "../shared/messages.js";
import { plain } from "../shared/plain.js";
import { sheetOf } from "../shared/sheet.js";
import { valueLike } from "../shared/values.js";
import { sha256 } from "./digest.js";
import { isTurnedOnAt } from "./sites.js";
import { knownTools, toolFile, type KnownTool } from "./tool-files.js";

/**
 * The tools this page may belong to: those whose public host it is, then those whose markers are in it and whose
 * items have such addresses, then those with markers only. Empty where one is turned on, or looking is not allowed.
 */
export async function recognise(tab: number, address: string): Promise<Candidate[]> {
  if (!URL.canParse(address) || (await isTurnedOnAt(address))) return [];
  return (await guesses(tab, address)).map(({ tool: { id, name } }) => ({ id, name }));
}

/**
 * What is rated from the popup: the item of the tool that the page is of, turned on or not, so that the same page is the same
 * item by every way; else the page itself, by its host and a digest of its path. Null for what is no web page.
 */
export async function itemAt(tab: number, address: string, title: string): Promise<Item | null> {
  const web = webItem(address, title);
  if (web === null) return null;
  const [first, second] = (await guesses(tab, address)).filter(({ located }) => located !== null && located.pattern.each === undefined);
  // Of two copies that would both fit, only the member could tell which it is.
  if (first === undefined || first.located === null || (second !== undefined && first.isPublic === second.isPublic)) {
    // A path may be the key to the page (a shared link): it is known again by its digest, and leaves the browser as that.
    return { ...web, key: (await sha256(web.key)).slice(0, 32) };
  }
  const { tool, host, key, kind, documentTitle } = sheetOf(first.located);
  return { tool, host, key, kind, title: plain(valueLike(web.title, documentTitle), 500) ?? web.title };
}

interface Guess {
  tool: KnownTool;
  isPublic: boolean;
  /** Null where the address is no item's. */
  located: Located | null;
}

async function guesses(tab: number, address: string): Promise<Guess[]> {
  const url = new URL(address);
  const known = await knownTools();
  const isPublic = ({ hosts }: KnownTool): boolean => url.protocol === "https:" && hosts.some((each) => hostFits(hostOf(url), each));
  const marked = await markedIn(tab, known.filter((tool) => tool.markers.length > 0 && !isPublic(tool)));
  const all = [...known.filter(isPublic), ...marked].map(async (tool): Promise<Guess> => {
    const file = await toolFile(tool.id);
    return { tool, isPublic: isPublic(tool), located: file === null ? null : locateAs(address, file) };
  });
  const rank = (guess: Guess): number => (guess.isPublic ? 2 : 0) + (guess.located === null ? 0 : 1);
  return (await Promise.all(all)).sort((one, other) => rank(other) - rank(one));
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
