/** The one seam to the browser. Firefox calls it `browser`, Chromium `chrome`; both answer with promises. */

import type { Words } from "./say.js";

declare const browser: typeof chrome | undefined;

// eslint-disable-next-line no-restricted-globals -- this is the seam
export const api: typeof chrome = typeof browser === "undefined" ? chrome : browser;

/** True in Firefox, whose match patterns know no ports. */
export const patternsKnowNoPorts = typeof browser !== "undefined";

/** True while the extension that started this script is still the one installed. */
export function extensionIsAlive(): boolean {
  try {
    return typeof api.runtime.id === "string" && api.runtime.id !== "";
  } catch {
    return false;
  }
}

/** Words chosen elsewhere, as text. */
export function speak([key, ...substitutions]: Words): string {
  return t(key, ...substitutions.map((each) => (typeof each === "string" ? each : speak(each))));
}

/** A text of _locales, with what stands for $1, $2 ... */
export function t(name: string, ...substitutions: string[]): string {
  return api.i18n.getMessage(name, substitutions);
}
