/** Speaks to the buttons in open pages. */
import { api } from "../shared/browser.js";
import type { ToPage } from "../shared/messages.js";

/** Tells the button of one tab. Nobody listening is no failure. */
export async function tellPage(tab: number | undefined, message: ToPage): Promise<void> {
  if (tab !== undefined) await api.tabs.sendMessage(tab, message, { frameId: 0 }).catch(() => undefined);
}

/** Tells every open page of these match patterns that something it may show has changed. */
export async function tellPages(patterns: string[]): Promise<void> {
  const open = patterns.length === 0 ? [] : await api.tabs.query({ url: patterns });
  await Promise.all(open.map((tab) => tellPage(tab.id, { type: "background.changed" })));
}
