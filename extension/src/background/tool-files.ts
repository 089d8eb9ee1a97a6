/** The tool files that come with the extension. */
import github from "../../../shared-schemas/tools/github.json";
import redmine from "../../../shared-schemas/tools/redmine.json";
import trac from "../../../shared-schemas/tools/trac.json";
import type { Tool } from "../shared/tool.js";

export const tools: readonly Tool[] = [github, redmine, trac] as unknown as Tool[];

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
