/** Tells which items a page shows, and which part of the page is about each. */
import { fitsPage, hostOf, locate, matchOf, type Located, type Sites } from "../shared/matcher.js";
import type { Values } from "../shared/template.js";
import type { Hook, ItemPattern, Tool } from "../shared/tool.js";
import type { Place } from "./read-page.js";
import { readValue } from "./reader.js";
import { canBeSeen, selectAll, selectBest, type Scope } from "./select.js";

const MOST_PER_PAGE = 50;
const LONGEST_KEY = 200;

/** The items of the page at this address, now; none where the page is no item. */
export function placesIn(tools: readonly Tool[], sites: Sites): Place[] {
  const located = locate(location.href, tools, sites) ?? byHook(tools, sites);
  if (located === null) return [];
  return located.pattern.each === undefined ? [single(located)] : several(located);
}

/** Whether pages of the tool at this address show several items each, so that new ones may come at any time. */
export function showsSeveral(tools: readonly Tool[], sites: Sites): boolean {
  return locate(location.href, tools, sites)?.pattern.each !== undefined;
}

/** Whether a frame in this page shows an item itself: then the button belongs there. */
export function hasItemFrame(tools: readonly Tool[], sites: Sites): boolean {
  for (let index = 0; index < window.length; index += 1) {
    try {
      const href = window[index]?.location.href;
      if (href !== undefined && locate(href, tools, sites) !== null) return true;
    } catch {
      // A frame of another origin does not say where it is.
    }
  }
  return false;
}

function single(located: Located): Place {
  const { within } = located.pattern;
  const selectors = within?.map((selector) => filled(selector, located.values));
  return { tool: located.tool, match: matchOf(located), scope: () => (selectors === undefined ? document : firstSeen(selectors)) };
}

function firstSeen(selectors: readonly string[]): Scope | null {
  for (const selector of selectors) {
    const found = selectAll(document, selector).find(canBeSeen);
    if (found !== undefined) return found;
  }
  return null;
}

function several(located: Located): Place[] {
  return [...elementsByKey(located.pattern)].slice(0, MOST_PER_PAGE).map(([key, first]) => {
    let element: Element | undefined = first;
    // A page that draws itself anew makes another element for the same item.
    const scope = (): Scope | null => (element?.isConnected === true ? element : ((element = elementsByKey(located.pattern).get(key)) ?? null));
    return { tool: located.tool, match: matchOf({ ...located, values: new Map(located.values).set("each", key) }), scope };
  });
}

/** The first element of each item in a page of several. */
function elementsByKey({ each }: ItemPattern): Map<string, Element> {
  const found = new Map<string, Element>();
  for (const element of each === undefined ? [] : selectAll(document, each.select)) {
    const key = each === undefined ? null : readValue(element, each.key, LONGEST_KEY);
    if (key !== null && !found.has(key)) found.set(key, element);
  }
  return found;
}

/** The address a hook reads from the page, taken only when it is one of this host. */
function byHook(tools: readonly Tool[], sites: Sites): Located | null {
  const here = hostOf(new URL(location.href));
  for (const tool of tools) {
    for (const hook of tool.hooks ?? []) {
      const address = fitsPage(location.href, hook) ? HOOKS[hook.name]() : null;
      if (address === null || !URL.canParse(address, location.href)) continue;
      const url = new URL(address, location.href);
      const located = hostOf(url) === here ? locate(url.href, [tool], sites) : null;
      if (located !== null) return located;
    }
  }
  return null;
}

const HOOKS: Record<Hook["name"], () => string | null> = {
  "canonical-link": () => selectBest(document, "link[rel=canonical]")?.getAttribute("href") ?? null,
  "confluence-page-id": () => {
    const read = (name: string): string => document.querySelector(`meta[name="${name}"]`)?.getAttribute("content") ?? "";
    const id = read("ajs-page-id");
    return /^\d+$/.test(id) ? `${read("ajs-context-path")}/pages/viewpage.action?pageId=${id}` : null;
  },
};

function filled(selector: string, values: Values): string {
  return selector.replace(/\{([a-z_]+)\}/g, (_, name: string) => CSS.escape(values.get(name) ?? ""));
}
