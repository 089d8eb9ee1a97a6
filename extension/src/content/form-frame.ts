/**
 * The form near the button: a page of the extension's own in a frame, so that the page around never sees what is
 * typed. It lies beside the page's nodes, where no framework replaces it.
 */
import { api } from "../shared/browser.js";
import { addStyle } from "./style.js";

const WIDTH = 348;
const FIRST_HEIGHT = 200;
const GAP = 8;

const FRAME_STYLE = `
:host{all:initial!important;position:absolute!important;top:0!important;left:0!important;width:0!important;height:0!important;z-index:2147483647!important}
iframe{position:absolute;border:1px solid #dfe3ea;border-radius:14px;background:#fff;width:${WIDTH}px;height:${FIRST_HEIGHT}px}
iframe.dark{border-color:#313846;background:#1b202a}
`;

export interface FormFrame {
  readonly ticket: string;
  resize: (height: number) => void;
  remove: () => void;
}

export function openFormFrame(ticket: string, beside: Element, dark: boolean): FormFrame {
  const host = document.createElement("handclasp-form");
  const root = host.attachShadow({ mode: "closed" });
  addStyle(root, FRAME_STYLE);
  const frame = document.createElement("iframe");
  const theme = dark ? "dark" : "light";
  frame.className = theme;
  frame.style.colorScheme = theme;
  frame.src = api.runtime.getURL(`panel.html?ticket=${ticket}&theme=${theme}`);
  root.append(frame);
  document.documentElement.append(host);

  const place = (): void => {
    const button = beside.getBoundingClientRect();
    const own = host.getBoundingClientRect();
    const left = Math.max(GAP, Math.min(button.left, document.documentElement.clientWidth - WIDTH - GAP));
    const height = frame.offsetHeight;
    const below = button.bottom + GAP;
    const fits = below + height <= document.documentElement.clientHeight || button.top < height + GAP;
    frame.style.left = `${left - own.left}px`;
    frame.style.top = `${(fits ? below : button.top - GAP - height) - own.top}px`;
  };
  place();
  frame.addEventListener("load", () => frame.focus());
  return {
    ticket,
    resize: (height) => {
      frame.style.height = `${Math.min(Math.max(height, 80), 520)}px`;
      place();
    },
    remove: () => host.remove(),
  };
}
