/**
 * The content script. Runs only on sites the member has granted; does nothing in the page until its address is one
 * of an item.
 */
import { ask } from "../shared/ask.js";
import { api, extensionIsAlive } from "../shared/browser.js";
import type { Handoff } from "../shared/handoff.js";
import { matchUrl } from "../shared/matcher.js";
import type { ToPage, ToPageFromPanel } from "../shared/messages.js";
import { HandoffButton } from "./handoff-button.js";
import { watchMoves } from "./moves.js";

interface Running {
  isAlive: () => boolean;
  stop: () => void;
}

/** Registered and injected scripts may meet in one page; one of them runs. */
const place = globalThis as { handclaspButton?: Running };

async function run(): Promise<void> {
  if (place.handclaspButton?.isAlive() === true) return;
  place.handclaspButton?.stop();
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  place.handclaspButton = { isAlive: () => extensionIsAlive() && !controller.signal.aborted, stop };

  const site = await ask("page.hello", { url: location.href }).catch(() => null);
  if (site === null) {
    stop();
    return;
  }

  let button: HandoffButton | null = null;
  const look = (): void => {
    const match = matchUrl(location.href, site.tools, site.sites);
    if (match !== null && button?.isFor(match) === true) return;
    button?.remove();
    button = null;
    const tool = site.tools.find((each) => each.id === match?.tool);
    if (match === null || tool === undefined) return;
    removeLeftOvers();
    button = new HandoffButton(tool, match, stop);
  };

  const hear = (message: ToPage | ToPageFromPanel, _: chrome.runtime.MessageSender, respond: (handoff: Handoff | null) => void): void => {
    if (message.type === "panel.what-is-here") {
      respond(button?.handoff() ?? null);
      return;
    }
    button?.hear(message);
    // It may be that the member has disconnected, or turned this site off.
    if (message.type === "background.changed") void ask("page.hello", { url: location.href }).then((still) => (still === null ? stop() : undefined), stop);
  };
  api.runtime.onMessage.addListener(hear);
  controller.signal.addEventListener("abort", () => {
    button?.remove();
    if (extensionIsAlive()) api.runtime.onMessage.removeListener(hear);
  });
  watchMoves(look, controller.signal);
  look();
}

/** What an earlier version of the extension left behind when it ended. */
function removeLeftOvers(): void {
  for (const old of document.querySelectorAll("handclasp-button, handclasp-form")) old.remove();
}

void run();
