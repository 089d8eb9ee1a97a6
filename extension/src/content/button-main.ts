/**
 * The second content script: the buttons themselves. Brought into a page only when it is an item's; the doorman
 * (main.ts) hands over what the background told of the page.
 */
import { HandoffButton } from "./handoff-button.js";
import { placesIn } from "./read-page.js";
import type { Sheet } from "../shared/sheet.js";
import { place, type Buttons } from "./doorman.js";

/** Between two looks for new items in a page that shows several. */
const SEVERAL_PAUSE = 300;

function makeButtons(orphaned: () => void): Buttons {
  const buttons = new Map<string, HandoffButton>();
  let watch = new AbortController();
  /** The item the page is known to have shown last, where it shows one. */
  let last: { id: string; content: string } | null = null;
  /** A frame of this page has shown an item: the button belongs there. */
  let framed = false;

  /** What the page showed of another item, and may still show. */
  const shownBefore = (id: string): string | null => {
    for (const [shown, button] of buttons) if (button.isDrawn()) last = { id: shown, content: button.content };
    return buttons.size === 0 || last?.id === id ? null : (last?.content ?? null);
  };

  const clear = (): void => {
    watch.abort();
    for (const button of buttons.values()) button.remove();
    buttons.clear();
  };

  const follow = (sheet: Sheet): void => {
    const wanted = new Map(placesIn(sheet).map((each) => [JSON.stringify([sheet.tool, sheet.host, each.key]), each]));
    const [first = ""] = wanted.keys();
    const before = sheet.each === null ? shownBefore(first) : null;
    for (const [id, button] of buttons) {
      if (wanted.has(id)) continue;
      button.remove();
      buttons.delete(id);
    }
    // Of several none can float: nobody would know which it is.
    const mayFloat = (): boolean => sheet.each === null && !framed;
    for (const [id, each] of wanted) {
      const known = buttons.get(id);
      if (known === undefined) buttons.set(id, new HandoffButton(each, mayFloat, orphaned, before));
      else known.stay();
    }
  };

  // A page that comes back from the history as it was left has heard nothing meanwhile.
  window.addEventListener("pageshow", () => {
    for (const button of buttons.values()) button.hear({ type: "background.changed" });
  });

  return {
    show: (sheet) => {
      watch.abort();
      if (sheet === null) {
        clear();
        return;
      }
      if (buttons.size === 0) removeLeftOvers();
      framed ||= sheet.framed;
      follow(sheet);
      watch = new AbortController();
      if (sheet.each !== null) watchPage(() => follow(sheet), watch.signal);
    },
    clear,
    hear: (message) => {
      if (message.type === "background.framed") framed = true;
      else for (const button of buttons.values()) button.hear(message);
    },
    handoff: () => {
      const [only, more] = buttons.values();
      return only === undefined || more !== undefined ? null : only.handoff();
    },
  };
}

/** Calls `look` again when the page changes, as new items may have come. */
function watchPage(look: () => void, signal: AbortSignal): void {
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

place.handclaspButtons = makeButtons;
