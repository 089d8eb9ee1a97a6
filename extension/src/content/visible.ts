/**
 * Whether the button can really be seen. A page may lay something over it, or make it transparent, to have somebody
 * click it unknowingly. Chromium can tell (Intersection Observer v2); elsewhere only the browser's own rules protect.
 */

interface VisibilityEntry extends IntersectionObserverEntry {
  readonly isVisible?: boolean;
}

/** The shortest the browser allows. */
const DELAY = 100;
const LONGEST_LOOK = 600;

const OPTIONS: IntersectionObserverInit & { trackVisibility: boolean; delay: number } = {
  threshold: [0, 0.5, 0.9, 1],
  trackVisibility: true,
  delay: DELAY,
};

export interface Visibility {
  /** What the browser said last; true where it cannot tell. */
  known: () => boolean;
  /** Looks anew: what was said last may be of the moment before the page was laid out again. */
  look: () => Promise<boolean>;
}

export function watchVisibility(element: Element, signal: AbortSignal): Visibility {
  if (!("isVisible" in IntersectionObserverEntry.prototype)) return { known: () => true, look: () => Promise.resolve(true) };
  let visible = true;
  const observer = new IntersectionObserver((entries) => {
    visible = isVisible(entries);
  }, OPTIONS);
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect());
  return { known: () => visible, look: () => lookOnce(element) };
}

function lookOnce(element: Element): Promise<boolean> {
  return new Promise((resolve) => {
    const observer = new IntersectionObserver((entries) => end(isVisible(entries)), OPTIONS);
    const timer = setTimeout(() => end(false), LONGEST_LOOK);
    const end = (visible: boolean): void => {
      observer.disconnect();
      clearTimeout(timer);
      resolve(visible);
    };
    observer.observe(element);
  });
}

function isVisible(entries: readonly IntersectionObserverEntry[]): boolean {
  return (entries.at(-1) as VisibilityEntry | undefined)?.isVisible !== false;
}
