/** What a page is told of itself: whether its address is an item's, and where to look in it. */
import { api } from "../shared/browser.js";
import { HOOKS } from "./hooks.js";
import { fitsPage, hostOf, locate } from "../shared/matcher.js";
import { sheetOf, type Sheet } from "../shared/sheet.js";
import type { Hook } from "../shared/tool.js";
import type { From } from "./listen.js";
import type { Site } from "./sites.js";
import { tellButton } from "./tell-page.js";

export interface PageTold {
  /** Null where the address is no item's. */
  sheet: Sheet | null;
  /** What reads the address that tells the item from the page, where this one does not. */
  hook: Hook["name"] | null;
}

/** @param url the page's address now, or the one a hook has read; one of another host is no item's */
export function pageAt(url: string, from: From, { tools, sites }: Pick<Site, "tools" | "sites">): PageTold {
  const ofThisHost = URL.canParse(url) && hostOf(new URL(url)) === hostOf(new URL(from.url));
  const located = ofThisHost ? locate(url, tools, sites) : null;
  if (located !== null) return { sheet: sheetOf(located), hook: null };
  const hooks = tools.flatMap((tool) => tool.hooks ?? []);
  return { sheet: null, hook: ofThisHost ? (hooks.find((hook) => fitsPage(url, hook))?.name ?? null) : null };
}

/** The sheet of a page, by its own address or by the one that a hook reads from it. */
export async function sheetFor(url: string, from: From, site: Pick<Site, "tools" | "sites">): Promise<Sheet | null> {
  const { sheet, hook } = pageAt(url, from, site);
  if (hook === null || from.tab === undefined) return sheet;
  const run = { target: { tabId: from.tab, frameIds: [from.frame] }, func: HOOKS[hook], injectImmediately: true };
  const [read] = await api.scripting.executeScript(run).catch(() => []);
  const address = read?.result ?? null;
  return address !== null && URL.canParse(address, from.url) ? pageAt(new URL(address, from.url).href, from, site).sheet : null;
}

/** Brings a script into the page or frame that asked: the buttons', or the form's. */
export async function bring(file: "button.js" | "form.js", { tab, frame }: From): Promise<void> {
  if (tab === undefined) return;
  await api.scripting.executeScript({ target: { tabId: tab, frameIds: [frame] }, files: [file], injectImmediately: true });
}

/**
 * Pages whose frames have shown an item, by tab and address. Forgotten when the background sleeps: then the page has heard of it.
 * Asked here and not in the page: to touch a frame that is not loaded yet spoils the world our script will run in.
 */
const framed = new Set<string>();

/** Notes a frame's item, and tells the page around it; of a page itself, whether one of its frames has shown an item. */
export async function isFramed({ tab, frame, top, url }: From): Promise<boolean> {
  if (tab === undefined) return false;
  if (frame === 0) return framed.has(`${tab} ${url}`);
  framed.add(`${tab} ${top ?? ""}`);
  await tellButton({ tab }, { type: "background.framed" });
  return false;
}
