/** Tells open pages and panels that something they may show has changed. They ask again. */
import { api } from "../shared/browser.js";
import type { ToPage, ToPanel } from "../shared/messages.js";
import { grantedPatterns } from "./sites.js";

export async function changed(): Promise<void> {
  const toPanel: ToPanel = { type: "background.changed" };
  // Nobody listening is no failure.
  await api.runtime.sendMessage(toPanel).catch(() => undefined);
  const matches = await grantedPatterns();
  const open = matches.length === 0 ? [] : await api.tabs.query({ url: matches });
  await Promise.all(open.map((tab) => tellPage(tab.id, { type: "background.changed" })));
}

export async function tellPage(tab: number | undefined, message: ToPage): Promise<void> {
  if (tab !== undefined) await api.tabs.sendMessage(tab, message, { frameId: 0 }).catch(() => undefined);
}
