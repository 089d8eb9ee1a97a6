/** The names of tools: of those that come with the extension, and of the organisation's own. */
import { ask } from "./ask.js";
import { bundledIndex } from "./tool-index.js";

let own: Readonly<Record<string, string>> = {};

/** Brings in the names of the organisation's own tools. For the panel and the options page; a failure changes nothing. */
export async function learnToolNames(): Promise<void> {
  own = await ask("panel.tool-names", {}).catch(() => own);
}

/** The tool's name as people write it; null for one that is not known here. */
export function toolName(id: string): string | null {
  if (Object.hasOwn(own, id)) return own[id] ?? null;
  return bundledIndex.find((tool) => tool.id === id)?.name ?? null;
}
