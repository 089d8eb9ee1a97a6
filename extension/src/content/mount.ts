/**
 * Keeps one element in the page at the tool's anchor. While there is no anchor it searches, at most once in 100 ms
 * and only after the page has changed; once mounted it only looks whether the element is still in the page.
 */
import type { Tool } from "../shared/tool.js";
import { findAnchor } from "./read-page.js";

const SEARCH_PAUSE = 100;
const RETURN_PAUSE = 50;
const FLOAT_AFTER = 3_000;
const SEARCH_FOR = 30_000;
/** As often as this within ten seconds it comes back; a page that removes it more often is left in peace. */
const MOST_RETURNS = 10;
const RETURNS_WITHIN = 10_000;

export interface Mounted {
  /** Called whenever the element was put somewhere: in the page's text, or floating over it. */
  placed: (where: "anchored" | "floating") => void;
  /** Called when the page keeps removing even the floating button. */
  gaveUp: () => void;
}

export function keepMounted(host: HTMLElement, tool: Tool, events: Mounted, signal: AbortSignal): void {
  const begun = performance.now();
  let where: "nowhere" | "anchored" | "floating" = "nowhere";
  let unwelcome = false;
  let returns: number[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const place = (): void => {
    timer = undefined;
    if (signal.aborted || (host.isConnected && where === "anchored")) return;
    const anchor = unwelcome ? null : findAnchor(tool);
    if (anchor !== null) put(anchor.element, anchor.position, host);
    else if (!host.isConnected && (unwelcome || performance.now() - begun >= FLOAT_AFTER)) document.documentElement.append(host);
    else return;
    where = anchor === null ? "floating" : "anchored";
    removeOthers(host);
    events.placed(where);
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
    timer ??= setTimeout(place, RETURN_PAUSE);
  };

  const observer = new MutationObserver(() => {
    if (timer !== undefined) return;
    if (where !== "nowhere" && !host.isConnected) comeBack();
    else if (where !== "anchored" && !unwelcome && performance.now() - begun < SEARCH_FOR) timer = setTimeout(place, SEARCH_PAUSE);
  });

  observer.observe(document, { childList: true, subtree: true });
  const floatTimer = setTimeout(place, FLOAT_AFTER);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    clearTimeout(timer);
    clearTimeout(floatTimer);
    host.remove();
  });
  place();
}

function put(anchor: Element, position: "prepend" | "append" | "before" | "after", host: HTMLElement): void {
  anchor[position](host);
}

/** A page that copies its nodes copies ours too, without its life. */
function removeOthers(host: HTMLElement): void {
  for (const other of document.getElementsByTagName(host.localName)) {
    if (other !== host) other.remove();
  }
}
