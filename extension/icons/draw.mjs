/** Draws the icons from the clasp sign: a white clasp on a rounded clasp-blue tile. Run by `npm run icons`. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Resvg } from "@resvg/resvg-js";

const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const [, stroke] = /<path d="([^"]+)"/.exec(await readFile(at("clasp.svg"), "utf8"));
const tile = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3.6" fill="#3a5bd9"/><g transform="translate(8 8) scale(0.9) translate(-8 -8)" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="${stroke}"/></g></svg>`;
for (const size of [16, 32, 48, 128]) {
  const drawn = new Resvg(tile, { fitTo: { mode: "width", value: size } }).render();
  await writeFile(at(`${size}.png`), drawn.asPng());
}
