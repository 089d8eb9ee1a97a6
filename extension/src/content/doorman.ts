/** What the content scripts of a page share: each is a plain script, so they meet in their world's global object. */
import type { Handoff } from "../shared/handoff.js";
import type { ToPage } from "../shared/messages.js";
import type { Sheet } from "../shared/sheet.js";
import type { FormFrame } from "./form-frame.js";

export interface Buttons {
  /** Makes the buttons be those of the page's items now; null: there is none. */
  show: (sheet: Sheet | null) => void;
  clear: () => void;
  hear: (message: ToPage) => void;
  /** What the page shows, where that is one item. */
  handoff: () => Handoff | null;
}

export interface Running {
  isAlive: () => boolean;
  look: () => void;
  stop: () => void;
}

export const place = globalThis as {
  /** Registered and injected scripts may meet in one page; one of them runs. */
  handclaspDoorman?: Running;
  /** Set by the second script, once it is here. */
  handclaspButtons?: (orphaned: () => void) => Buttons;
  /** Set by the third, which comes when a form is first asked for. */
  handclaspForm?: (ticket: string, beside: Element, dark: boolean) => FormFrame;
};
