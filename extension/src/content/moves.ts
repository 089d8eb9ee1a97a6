/**
 * Tells when the page's address changes without a new page. By the Navigation API: patching history.pushState would see
 * nothing from a content script's own world.
 */

interface WithNavigation {
  navigation: EventTarget;
}

/** Calls `moved` after the address has changed, whatever changed it. */
export function watchMoves(moved: () => void, signal: AbortSignal): void {
  let last = location.href;
  const look = (): void => {
    if (location.href === last) return;
    last = location.href;
    moved();
  };
  (window as unknown as WithNavigation).navigation.addEventListener("currententrychange", look, { signal });
}
