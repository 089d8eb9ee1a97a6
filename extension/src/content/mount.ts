/**
 * Keeps one element in the page at the tool's anchor.
 *
 * While there is no anchor it searches, and only after the page has changed. Once mounted it watches no more than the
 * child lists of the elements around it: what else happens in a busy page costs nothing.
 */
import type { Anchor } from "../shared/tool.js";

/** Between two searches while the anchor is awaited; longer, the longer it has not come. */
const SEARCH_PAUSES: readonly (readonly [after: number, pause: number])[] = [[20_000, 1_000], [6_000, 250], [0, 50]];
const RETURN_PAUSE = 50;
const FLOAT_AFTER = 3_000;
const SEARCH_FOR = 60_000;
/** Shadow roots can appear, and places be unhidden, without any change that could be seen from outside. */
const SHADOW_INTERVAL = 500;
const FLOATING_INTERVAL = 2_000;
/** As often as this within ten seconds it comes back; a page that removes it more often is left in peace. */
const MOST_RETURNS = 10;
const RETURNS_WITHIN = 10_000;

/** Pages with several items have a button for each. */
const living = new WeakSet<Element>();

export interface Mounted {
  /** The best place there is now; `crossed` takes the shadow roots that were looked into. */
  find: (crossed: Set<ShadowRoot>) => { element: Element; position: Anchor["position"] } | null;
  /** Whether it may float over the page where no place is found. */
  mayFloat: () => boolean;
  /** Called whenever the element was put somewhere: in the page's text, or floating over it. */
  placed: (where: "anchored" | "floating") => void;
  /** Called when the page keeps removing even the floating button. */
  gaveUp: () => void;
}

export function keepMounted(host: HTMLElement, events: Mounted, signal: AbortSignal): void {
  let where: "nowhere" | "anchored" | "floating" = "nowhere";
  let begun = performance.now();
  let lastSearch = -Infinity;
  let unwelcome = false;
  let returns: number[] = [];
  let around: ParentNode[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = Infinity;
  const crossed = new Set<ShadowRoot>();

  /** A search that is due sooner stays. */
  const searchIn = (wait: number): void => {
    const at = performance.now() + wait;
    if (at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(search, wait);
  };

  const search = (): void => {
    due = Infinity;
    if (signal.aborted) return;
    lastSearch = performance.now();
    const anchor = unwelcome ? null : events.find(crossed);
    if (anchor !== null) {
      anchor.element[anchor.position](host);
      settle("anchored");
    } else if (host.isConnected && where === "floating" && !events.mayFloat()) {
      where = "nowhere";
      host.remove();
      watchPage();
    } else if (!host.isConnected && (unwelcome || lastSearch - begun >= FLOAT_AFTER) && events.mayFloat()) {
      floor().append(host);
      settle("floating");
    } else {
      watchPage();
    }
  };

  const settle = (now: "anchored" | "floating"): void => {
    where = now;
    removeOthers(host);
    events.placed(now);
    if (now === "floating" && !unwelcome) watchPage();
    else watchAround();
  };

  /** Watches the whole page for the place to appear. */
  const watchPage = (): void => {
    const waited = performance.now() - begun;
    observer.disconnect();
    around = [];
    if (waited > SEARCH_FOR && where === "floating") {
      watchAround();
      return;
    }
    observer.observe(document, { childList: true, subtree: true });
    for (const root of crossed) observer.observe(root, { childList: true, subtree: true });
    if (where !== "floating") searchIn(crossed.size > 0 ? SHADOW_INTERVAL : Math.max(FLOAT_AFTER - waited, SHADOW_INTERVAL));
    else searchIn(crossed.size > 0 ? SHADOW_INTERVAL : FLOATING_INTERVAL);
  };

  /** Watches only the lists of children through which the element could be removed. */
  const watchAround = (): void => {
    observer.disconnect();
    around = parentsOf(host);
    for (const parent of around) observer.observe(parent, { childList: true });
  };

  const comeBack = (): void => {
    const now = performance.now();
    returns = [...returns.filter((at) => now - at < RETURNS_WITHIN), now];
    if (returns.length > MOST_RETURNS) {
      if (unwelcome) {
        observer.disconnect();
        events.gaveUp();
        return;
      }
      unwelcome = true;
      returns = [];
    }
    where = "nowhere";
    begun = now;
    observer.disconnect();
    due = Infinity;
    searchIn(RETURN_PAUSE);
  };

  const observer = new MutationObserver(() => {
    if (where !== "nowhere" && !host.isConnected) comeBack();
    else if (where === "anchored" || unwelcome) {
      if (!sameParents(host, around)) watchAround();
    } else {
      const waited = performance.now() - begun;
      const pause = SEARCH_PAUSES.find(([after]) => waited >= after)?.[1] ?? 0;
      searchIn(Math.max(0, lastSearch + pause - performance.now()));
    }
  });

  living.add(host);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    clearTimeout(timer);
    living.delete(host);
    host.remove();
  });
  search();
}

/** A page's own modal dialog makes all that is outside of it dead to the pointer. */
function floor(): Element {
  return [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.documentElement;
}

function parentsOf(host: Node): ParentNode[] {
  const parents: ParentNode[] = [];
  for (let at = parentOf(host); at !== null; at = parentOf(at)) parents.push(at as unknown as ParentNode);
  return parents;
}

function parentOf(node: Node): Node | null {
  return node instanceof ShadowRoot ? node.host : node.parentNode;
}

function sameParents(host: Node, known: readonly ParentNode[]): boolean {
  let at = parentOf(host);
  for (const parent of known) {
    if (at !== (parent as unknown as Node)) return false;
    at = parentOf(at);
  }
  return at === null;
}

/** A page that copies its nodes copies ours too, without its life. */
function removeOthers(host: HTMLElement): void {
  for (const other of [...document.getElementsByTagName(host.localName)]) {
    if (!living.has(other)) other.remove();
  }
}
