/** Whether the page around the button is dark. The page's own background tells; many pages do not follow the system. */

const OPAQUE = 0.5;

export function isDarkAround(element: Element): boolean {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const colour = parse(getComputedStyle(at).backgroundColor);
    if (colour !== null && colour.alpha >= OPAQUE) return luminance(colour) < 0.25;
  }
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  return scheme.includes("dark") && (!scheme.includes("light") || matchMedia("(prefers-color-scheme: dark)").matches);
}

interface Colour {
  channels: number[];
  alpha: number;
}

function parse(text: string): Colour | null {
  const numbers = /^rgba?\(([^)]+)\)$/.exec(text)?.[1]?.split(/[\s,/]+/).map(Number);
  return numbers === undefined ? null : { channels: numbers, alpha: numbers[3] ?? 1 };
}

/** Relative luminance, WCAG 2.2, with the one curve that comes near its two pieces. */
function luminance({ channels }: Colour): number {
  return [0.2126, 0.7152, 0.0722].reduce((sum, weight, index) => sum + weight * ((channels[index] ?? 0) / 255) ** 2.2, 0);
}
