/** Holds pages against WCAG 2.2 A and AA as far as axe can tell, light and dark. */
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Resolves to what is broken on a page, or in a frame of it, in words that begin with `name`. */
export async function violations(name, page, frame = page) {
  const broken = [];
  for (const theme of ["light", "dark"]) {
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: theme },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    await frame.evaluate(axe);
    const found = await frame.evaluate((runOnly) => globalThis.axe.run({ runOnly }), RULES);
    for (const { id, nodes } of found.violations) {
      broken.push(...nodes.map((node) => `${name}, ${theme}: ${id}: ${node.html} ${node.failureSummary}`));
    }
  }
  return broken;
}
