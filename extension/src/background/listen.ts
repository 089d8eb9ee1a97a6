/** Takes messages in, tells who speaks, and lets nobody ask for what is not theirs to ask. */
import { api, t } from "../shared/browser.js";
import type { Reply, Requests } from "../shared/messages.js";
import { Sentence } from "./http.js";

/** Who asks: the address of the page or frame, the tab it is in, and where in it. */
export interface From {
  url: string;
  tab: number | undefined;
  /** 0 for the page itself. */
  frame: number;
  /** The address of the page the frame is in; unknown where the browser has not granted that page. */
  top: string | undefined;
}

export type Handlers<R> = {
  [K in keyof R]: R[K] extends { ask: infer Asked; answer: infer Answered } ? (asked: Asked, from: From) => Promise<Answered> : never;
};

type Speaker = "page" | "form" | "panel";

/**
 * The kind of speaker. A page's button is a content script in a tab, whose handlers look at its frame; a form is our
 * own page in a frame of somebody's page; anything else of ours is the panel or the options page.
 */
function speakerOf(sender: chrome.runtime.MessageSender): Speaker | null {
  if (sender.id !== api.runtime.id || sender.url === undefined) return null;
  const ours = sender.url.startsWith(api.runtime.getURL(""));
  if (!ours) return sender.tab !== undefined && sender.frameId !== undefined ? "page" : null;
  return sender.tab !== undefined && sender.frameId !== 0 ? "form" : "panel";
}

/** Starts answering. To be called while the background script first runs, so that no message wakes it in vain. */
export function listen(handlers: { page: Handlers<object>; form: Handlers<object>; panel: Handlers<object> }): void {
  api.runtime.onMessage.addListener((message: { type?: unknown }, sender, respond: (reply: Reply<unknown>) => void) => {
    const speaker = speakerOf(sender);
    const type = typeof message.type === "string" ? message.type : "";
    if (speaker === null || !type.startsWith(`${speaker}.`)) return false;
    const group = handlers[speaker] as Record<string, ((asked: unknown, from: From) => Promise<unknown>) | undefined>;
    const handler = Object.hasOwn(group, type) ? group[type] : undefined;
    if (handler === undefined) return false;
    const from: From = { url: sender.url ?? "", tab: sender.tab?.id, frame: sender.frameId ?? 0, top: sender.tab?.url };
    handler(message as Requests[keyof Requests]["ask"], from)
      .then((value) => respond({ ok: true, value }))
      .catch((error: unknown) => {
        if (!(error instanceof Sentence)) console.error(type, error);
        respond({ ok: false, detail: error instanceof Sentence ? error.message : t("somethingFailed") });
      });
    return true;
  });
}
