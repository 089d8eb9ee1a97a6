/** What the background asks of the tool files. */
import { tools } from "../shared/bundled-tools.js";
import type { Tool } from "../shared/tool.js";

export function toolById(id: string): Tool | null {
  return tools.find((tool) => tool.id === id) ?? null;
}

/** The role that provides a kind of item; null where a person has to say (a page of no known tool). */
export function providerRole(tool: string, kind: string): string | null {
  return toolById(tool)?.items.find((item) => item.kind === kind)?.provider ?? null;
}

/** The origins to be granted for a tool's public hosts. */
export function publicOrigins(tool: Tool): string[] {
  return tool.hosts.map((host) => `https://${host}/*`);
}
