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
  channels: [number, number, number];
  alpha: number;
}

function parse(text: string): Colour | null {
  const numbers = /^rgba?\(([^)]+)\)$/.exec(text)?.[1]?.split(/[\s,/]+/).map(Number);
  const [red, green, blue, alpha = 1] = numbers ?? [];
  if (red === undefined || green === undefined || blue === undefined) return null;
  return { channels: [red, green, blue], alpha };
}

/** Relative luminance, WCAG 2.2. */
function luminance({ channels }: Colour): number {
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
