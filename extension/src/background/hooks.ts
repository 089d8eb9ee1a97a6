/**
 * Functions that tool files name: each reads from the page the address that tells its item, where its own does not. They
 * run in the page's frame, in the extension's own world, so they may use nothing from here.
 */
import type { Hook } from "../shared/tool.js";

export const HOOKS: Record<Hook["name"], () => string | null> = {
  "canonical-link": () => document.querySelector("link[rel=canonical]")?.getAttribute("href") ?? null,
  "confluence-page-id": () => {
    const read = (name: string): string => document.querySelector(`meta[name="${name}"]`)?.getAttribute("content") ?? "";
    const id = read("ajs-page-id");
    return /^\d+$/.test(id) ? `${read("ajs-context-path")}/pages/viewpage.action?pageId=${id}` : null;
  },
};
