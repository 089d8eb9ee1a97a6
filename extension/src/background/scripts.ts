/** The registered content scripts: one for pages, one that also goes into the frames of tools whose items live there. */
import { api } from "../shared/browser.js";

export interface Patterns {
  top: readonly string[];
  frames: readonly string[];
}

const SCRIPTS = { top: "button", frames: "button-frames" } as const;
const FILE = "content.js";

let last: Promise<void> = Promise.resolve();

/**
 * Registers for exactly these patterns, all of them granted, and enters pages that are open. One call after the other,
 * and each by what is so when its turn has come.
 */
export function register(wanted: () => Promise<Patterns>): Promise<void> {
  const next = async (): Promise<void> => follow(await wanted());
  last = last.then(next, next);
  return last;
}

async function follow(patterns: Patterns): Promise<void> {
  const registered = (await api.scripting.getRegisteredContentScripts({ ids: Object.values(SCRIPTS) })).map(({ id }) => id);
  for (const kind of ["top", "frames"] as const) {
    const id = SCRIPTS[kind];
    const matches = [...patterns[kind]];
    const script = { id, js: [FILE], matches, allFrames: kind === "frames", runAt: "document_end" as const, persistAcrossSessions: true };
    if (matches.length === 0) {
      if (registered.includes(id)) await api.scripting.unregisterContentScripts({ ids: [id] });
    } else if (registered.includes(id)) await api.scripting.updateContentScripts([script]);
    else await api.scripting.registerContentScripts([script]);
  }
  await enterOpenPages(patterns.top, false);
  await enterOpenPages(patterns.frames, true);
}

async function enterOpenPages(matches: readonly string[], allFrames: boolean): Promise<void> {
  const open = matches.length === 0 ? [] : await api.tabs.query({ url: [...matches] });
  await Promise.allSettled(
    open.flatMap(({ id }) => (id === undefined ? [] : [api.scripting.executeScript({ target: { tabId: id, allFrames }, files: [FILE] })])),
  );
}
