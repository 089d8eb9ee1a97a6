/**
 * Whether the button can really be seen. A page may lay something over it, or make it transparent, to have somebody
 * click it unknowingly. Chromium can tell (Intersection Observer v2); elsewhere only the browser's own rules protect.
 */

interface VisibilityEntry extends IntersectionObserverEntry {
  readonly isVisible?: boolean;
}

const DELAY = 100;

/** Watches an element; the answer is false only when the browser says that it is hidden, covered or see-through. */
export function watchVisibility(element: Element, signal: AbortSignal): () => boolean {
  if (!("isVisible" in IntersectionObserverEntry.prototype)) return () => true;
  let visible = true;
  const options: IntersectionObserverInit & { trackVisibility: boolean; delay: number } = { threshold: [0, 0.5, 0.9, 1], trackVisibility: true, delay: DELAY };
  const observer = new IntersectionObserver((entries) => {
    const last = entries.at(-1) as VisibilityEntry | undefined;
    visible = last?.isVisible !== false;
  }, options);
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect());
  return () => visible;
}
