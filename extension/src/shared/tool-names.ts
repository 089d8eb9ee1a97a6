/** The names of the tools that come with the extension. */
import { tools } from "./bundled-tools.js";

/** The tool's name as people write it; null for one that is not known here. */
export function toolName(id: string): string | null {
  return tools.find((tool) => tool.id === id)?.name ?? null;
}
