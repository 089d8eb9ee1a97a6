/** Speaks to the buttons in open pages. */
import { api } from "../shared/browser.js";
import type { ToPage } from "../shared/messages.js";

/** Tells the button in one frame of a tab. Nobody listening is no failure. */
export async function tellButton(at: { tab: number; frame?: number }, message: ToPage): Promise<void> {
  await api.tabs.sendMessage(at.tab, message, { frameId: at.frame ?? 0 }).catch(() => undefined);
}

/** Tells every open page of these match patterns, with its frames, that something it may show has changed. */
export async function tellPages(patterns: string[]): Promise<void> {
  if (patterns.length > 0) await tellTabs({ url: patterns });
}

/** The same for every page that is open: also for those of sites that are not granted any more. */
export async function tellEveryPage(): Promise<void> {
  await tellTabs({});
}

async function tellTabs(which: chrome.tabs.QueryInfo): Promise<void> {
  const changed: ToPage = { type: "background.changed" };
  const open = await api.tabs.query(which);
  // Without a frame it reaches all of them. Nobody listening is no failure.
  const ids = open.flatMap(({ id }) => id ?? []);
  await Promise.all(ids.map((id) => api.tabs.sendMessage(id, changed).catch(() => undefined)));
}
