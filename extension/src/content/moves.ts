/** Tells when the page's address changes without a new page. */

interface NavigationLike extends EventTarget {
  readonly currentEntry: unknown;
}

const FALLBACK_INTERVAL = 1_000;

/**
 * Calls `moved` after the address has changed. By the Navigation API: patching history.pushState would see
 * nothing from a content script's own world. Where the browser has none, one comparison a second.
 */
export function watchMoves(moved: () => void, signal: AbortSignal): void {
  let last = location.href;
  const look = (): void => {
    if (location.href === last) return;
    last = location.href;
    moved();
  };
  const { navigation } = window as { navigation?: NavigationLike };
  window.addEventListener("popstate", look, { signal });
  window.addEventListener("hashchange", look, { signal });
  if (navigation !== undefined) {
    navigation.addEventListener("currententrychange", look, { signal });
    return;
  }
  const interval = setInterval(look, FALLBACK_INTERVAL);
  signal.addEventListener("abort", () => clearInterval(interval));
}
