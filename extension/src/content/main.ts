/**
 * The first content script, the doorman. Runs only on sites the member has granted; asks the background whether the
 * page's address is an item's, and does nothing in the page until it is.
 */
import { ask } from "../shared/ask.js";
import { api, extensionIsAlive } from "../shared/browser.js";
import type { Handoff } from "../shared/handoff.js";
import type { ToPage, ToPageFromPanel } from "../shared/messages.js";
import { place, type Buttons } from "./doorman.js";
import { watchMoves } from "./moves.js";

function run(): void {
  const before = place.handclaspDoorman;
  if (before?.isAlive() === true) {
    // Brought in once more because something has changed: what is here already looks again.
    before.look();
    return;
  }
  before?.stop();
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  place.handclaspDoorman = { isAlive: () => extensionIsAlive() && !controller.signal.aborted, look: () => void look(), stop };
  let buttons: Buttons | null = null;
  let digest: string | null = null;
  let asked = 0;

  const look = async (): Promise<void> => {
    const turn = (asked += 1);
    const told = await ask("page.look", { url: location.href, ready: place.handclaspButtons !== undefined }).catch(() => null);
    // The page may have moved on meanwhile: then a later answer counts.
    if (controller.signal.aborted || turn !== asked) return;
    if (told === null) {
      stop();
      return;
    }
    if (told.digest !== digest) buttons?.clear();
    digest = told.digest;
    if (told.sheet !== null && buttons === null && place.handclaspButtons !== undefined) {
      buttons = place.handclaspButtons(stop);
      // Only now: a page that is no item has nothing to hear. What changes is brought to it by running this once more.
      api.runtime.onMessage.addListener(hear);
    }
    buttons?.show(told.sheet);
  };

  const hear = (message: ToPage | ToPageFromPanel, _: chrome.runtime.MessageSender, respond: (handoff: Handoff) => void): void => {
    if (message.type !== "panel.what-is-here") {
      buttons?.hear(message);
      // It may be that the member has disconnected, or turned this site off, or that the tool's file was mended.
      if (message.type === "background.changed") void look();
      return;
    }
    // Another frame may know better: one that knows nothing says nothing.
    const handoff = buttons?.handoff() ?? null;
    if (handoff !== null) respond(handoff);
  };
  controller.signal.addEventListener("abort", () => {
    buttons?.clear();
    if (extensionIsAlive()) api.runtime.onMessage.removeListener(hear);
  });
  watchMoves(() => void look(), controller.signal);
  void look();
}

run();
