/** The signs, drawn on a 14 px grid (the clasp: 16 px). */

const SVG = "http://www.w3.org/2000/svg";

export type Sign = "clasp" | "missed" | "met" | "exceeded" | "pen";

const STROKES: Record<Sign, { box: number; path: string }> = {
  clasp: { box: 16, path: "M2 9.5 5.2 6.3a2 2 0 0 1 2.8 0l.9.9M14 6.5l-3.2 3.2a2 2 0 0 1-2.8 0l-.9-.9" },
  missed: { box: 14, path: "M3 4.5h8M4 8l3 3 3-3" },
  met: { box: 14, path: "M3 7.2 6 10l5.2-6" },
  pen: { box: 14, path: "M2.5 11.5 3.2 8.8 9.4 2.6a1 1 0 0 1 1.4 0l.6.6a1 1 0 0 1 0 1.4L5.2 10.8Z" },
  exceeded: { box: 14, path: "M3 11h8M4 7l3-3 3 3" },
};

export function sign(name: Sign): SVGSVGElement {
  const { box, path } = STROKES[name];
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${box} ${box}`);
  svg.setAttribute("width", String(box));
  svg.setAttribute("height", String(box));
  svg.setAttribute("aria-hidden", "true");
  const stroke = document.createElementNS(SVG, "path");
  stroke.setAttribute("d", path);
  stroke.setAttribute("fill", "none");
  stroke.setAttribute("stroke", "currentColor");
  stroke.setAttribute("stroke-width", name === "clasp" ? "1.7" : "1.6");
  stroke.setAttribute("stroke-linecap", "round");
  stroke.setAttribute("stroke-linejoin", "round");
  svg.append(stroke);
  return svg;
}
