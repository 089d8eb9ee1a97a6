/**
 * Keeps one element in the page at the tool's anchor.
 *
 * While there is no anchor it searches, and only after the page has changed. Once mounted it watches no more than the
 * child lists of the elements around it and its own size: what else happens in a busy page costs nothing.
 */
import type { Anchor } from "../shared/tool.js";
import { canBeSeen } from "./select.js";

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
  /** When it last was not allowed to float. */
  let barred = -Infinity;
  let unwelcome = false;
  let returns: number[] = [];
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
      return;
    }
    const mayFloat = events.mayFloat();
    if (!mayFloat) barred = lastSearch;
    if (where === "floating" && !mayFloat) {
      where = "nowhere";
      host.remove();
    }
    const isDue = unwelcome || lastSearch - Math.max(begun, barred) >= FLOAT_AFTER;
    // In a frame that is hidden nothing can be seen: there it waits.
    if (where === "nowhere" && isDue && mayFloat && canBeSeen(document.documentElement)) float();
    else watchPage();
  };

  const float = (): void => {
    floor().append(host);
    settle("floating");
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
    if (waited > SEARCH_FOR && where === "floating") {
      watchAround();
      return;
    }
    for (const root of [document, ...crossed]) observer.observe(root, { childList: true, characterData: true, subtree: true });
    if (crossed.size > 0) searchIn(SHADOW_INTERVAL);
    else if (where === "floating" || waited > SEARCH_FOR) searchIn(FLOATING_INTERVAL);
    else searchIn(Math.max(FLOAT_AFTER - waited, SHADOW_INTERVAL));
  };

  /** Watches only the lists of children through which the element could be removed. */
  const watchAround = (): void => {
    observer.disconnect();
    for (let at = parentOf(host); at !== null; at = parentOf(at)) observer.observe(at, { childList: true });
  };

  const comeBack = (): void => {
    const now = performance.now();
    returns = [...returns.filter((at) => now - at < RETURNS_WITHIN), now];
    if (returns.length > MOST_RETURNS) {
      if (unwelcome || !events.mayFloat()) {
        observer.disconnect();
        events.gaveUp();
        return;
      }
      unwelcome = true;
      returns = [];
    }
    startAnew(RETURN_PAUSE);
  };

  /** It is no longer where it was. One that floated floats again at once. */
  const startAnew = (wait: number): void => {
    begun = performance.now() - (where === "floating" ? FLOAT_AFTER : 0);
    where = "nowhere";
    observer.disconnect();
    due = Infinity;
    searchIn(wait);
  };

  /** The page hides what it stands in: it waits there, unless there is another place, and later floats. */
  const hidden = (): void => {
    // When that is shown again, it comes back there.
    if (host.parentElement !== null) sizes.observe(host.parentElement);
    startAnew(0);
  };

  const sizes = new ResizeObserver(() => {
    const isShown = host.isConnected && host.offsetHeight > 0;
    if (where === "nowhere") {
      if (isShown) settle("anchored");
    } else if (host.isConnected && !isShown) hidden();
    else if (where === "floating" && !unwelcome) searchIn(0);
  });

  /** Dialogs open and close without a change to any list of children. */
  const dialogs = new MutationObserver(() => {
    if (where === "floating" && host.parentNode !== floor()) float();
  });

  const observer = new MutationObserver(() => {
    if (where !== "nowhere" && !host.isConnected) comeBack();
    else if (where === "anchored" || unwelcome) {
      removeOthers(host);
      // It may have been moved along, and have others around it now.
      watchAround();
    } else {
      const waited = performance.now() - begun;
      const pause = SEARCH_PAUSES.find(([after]) => waited >= after)?.[1] ?? 0;
      searchIn(Math.max(0, lastSearch + pause - performance.now()));
    }
  });

  living.add(host);
  signal.addEventListener("abort", () => {
    for (const each of [observer, dialogs, sizes]) each.disconnect();
    clearTimeout(timer);
    living.delete(host);
    host.remove();
  });
  sizes.observe(host);
  dialogs.observe(document, { attributes: true, attributeFilter: ["open"], subtree: true });
  search();
}

/** A page's own modal dialog makes all that is outside of it dead to the pointer. */
function floor(): Element {
  return [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.documentElement;
}

function parentOf(node: Node): Node | null {
  return node instanceof ShadowRoot ? node.host : node.parentNode;
}

/** A page that copies its nodes copies ours too, without its life. */
function removeOthers(host: HTMLElement): void {
  for (const other of [...document.getElementsByTagName(host.localName)]) {
    if (!living.has(other)) other.remove();
  }
}
