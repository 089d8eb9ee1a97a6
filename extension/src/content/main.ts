/**
 * The content script. Runs only on sites the member has granted; does nothing in the page until its address is one
 * of an item.
 */
import { ask } from "../shared/ask.js";
import { api, extensionIsAlive } from "../shared/browser.js";
import type { Handoff } from "../shared/handoff.js";
import type { Answer, ToPage, ToPageFromPanel } from "../shared/messages.js";
import { HandoffButton } from "./handoff-button.js";
import { watchMoves } from "./moves.js";
import { hasItemFrame, placesIn, showsSeveral } from "./places.js";
import type { Place } from "./read-page.js";

/** Between two looks for new items in a page that shows several. */
const SEVERAL_PAUSE = 300;

interface Running {
  isAlive: () => boolean;
  stop: () => void;
}

type Site = NonNullable<Answer<"page.hello">>;

/** Registered and injected scripts may meet in one page; one of them runs. */
const place = globalThis as { handclaspButton?: Running };

async function run(): Promise<void> {
  if (place.handclaspButton?.isAlive() === true) return;
  place.handclaspButton?.stop();
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  place.handclaspButton = { isAlive: () => extensionIsAlive() && !controller.signal.aborted, stop };

  const known = await hello();
  if (known === null) {
    stop();
    return;
  }
  let site = known;
  const buttons = new Map<string, HandoffButton>();
  const clear = (): void => {
    for (const button of buttons.values()) button.remove();
    buttons.clear();
  };
  const look = (): void => follow(buttons, placesIn(site.tools, site.sites), site, stop);

  const hear = (message: ToPage | ToPageFromPanel, _: chrome.runtime.MessageSender, respond: (handoff: Handoff) => void): void => {
    if (message.type === "panel.what-is-here") {
      const [only, more] = buttons.values();
      // Another frame may know better: one that knows nothing says nothing.
      if (only !== undefined && more === undefined) respond(only.handoff());
      return;
    }
    for (const button of buttons.values()) button.hear(message);
    if (message.type !== "background.changed") return;
    // It may be that the member has disconnected, or turned this site off, or that the tool's file was mended.
    void hello().then((now) => {
      if (now === null) stop();
      else if (now.digest !== site.digest) {
        site = now;
        clear();
        look();
      }
    }, stop);
  };
  api.runtime.onMessage.addListener(hear);
  controller.signal.addEventListener("abort", () => {
    clear();
    if (extensionIsAlive()) api.runtime.onMessage.removeListener(hear);
  });
  watchMoves(look, controller.signal);
  watchSeveral(() => showsSeveral(site.tools, site.sites), look, controller.signal);
  look();
}

function hello(): Promise<Site | null> {
  return ask("page.hello", { url: location.href }).catch(() => null);
}

/** Makes the buttons be those of the items that are in the page now. */
function follow(buttons: Map<string, HandoffButton>, places: readonly Place[], site: Site, orphaned: () => void): void {
  const wanted = new Map(places.map((each) => [JSON.stringify([each.match.tool, each.match.host, each.match.key]), each]));
  for (const [id, button] of buttons) {
    if (wanted.has(id)) continue;
    button.remove();
    buttons.delete(id);
  }
  if (wanted.size > 0 && buttons.size === 0) removeLeftOvers();
  // Of several none can float: nobody would know which it is. In a page around the item's own frame it belongs there.
  const mayFloat = (): boolean => wanted.size === 1 && !(window === window.top && hasItemFrame(site.tools, site.sites));
  for (const [id, each] of wanted) {
    if (!buttons.has(id)) buttons.set(id, new HandoffButton(each, mayFloat, orphaned));
  }
}

/** Where a page shows several items, looks again when it changes. */
function watchSeveral(isSo: () => boolean, look: () => void, signal: AbortSignal): void {
  if (!isSo()) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const observer = new MutationObserver(() => {
    timer ??= setTimeout(() => {
      timer = undefined;
      look();
    }, SEVERAL_PAUSE);
  });
  observer.observe(document, { childList: true, subtree: true });
  signal.addEventListener("abort", () => {
    observer.disconnect();
    clearTimeout(timer);
  });
}

/** What an earlier version of the extension left behind when it ended. */
function removeLeftOvers(): void {
  for (const old of document.querySelectorAll("handclasp-button, handclasp-form")) old.remove();
}

void run();
