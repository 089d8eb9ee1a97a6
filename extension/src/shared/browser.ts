/** The one seam to the browser. Firefox calls it `browser`, Chromium `chrome`; both answer with promises. */

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

/** A text of _locales, with what stands for $1, $2 ... */
export function t(name: string, ...substitutions: string[]): string {
  return api.i18n.getMessage(name, substitutions);
}
