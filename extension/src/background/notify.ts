/** Tells open pages and panels that something they may show has changed. They ask again. */
import { api } from "../shared/browser.js";
import type { ToPanel } from "../shared/messages.js";
import { grantedPatterns } from "./sites.js";
import { tellPages } from "./tell-page.js";

export async function changed(): Promise<void> {
  const toPanel: ToPanel = { type: "background.changed" };
  // Nobody listening is no failure.
  await api.runtime.sendMessage(toPanel).catch(() => undefined);
  await tellPages(await grantedPatterns());
}
