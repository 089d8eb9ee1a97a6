/** What the background asks of the tool files: the organisation's own go before those that come with the extension. */
import { api } from "../shared/browser.js";
import type { Tool } from "../shared/tool.js";
import { bundledIndex, type ToolEntry } from "../shared/tool-index.js";
import { ownTools } from "./own-tools.js";
import type { OwnToolFile } from "./store.js";

export interface KnownTool extends ToolEntry {
  /** By the organisation's own file. */
  own: boolean;
}

/** Every tool there is a file for, by name. */
export async function knownTools(): Promise<KnownTool[]> {
  const own = await ownTools();
  const bundled = bundledIndex.filter(({ id }) => !own.has(id)).map((entry) => ({ ...entry, own: false }));
  return [...bundled, ...[...own.values()].map(entryOf)].sort((one, other) => one.name.localeCompare(other.name));
}

export async function knownTool(id: string): Promise<KnownTool | null> {
  return (await knownTools()).find((tool) => tool.id === id) ?? null;
}

function entryOf({ id, digest, file }: OwnToolFile): KnownTool {
  return { id, name: file.name, hosts: file.hosts, markers: file.self_hosted, frames: file.frames === true, digest, own: true };
}

const read = new Map<string, Promise<Tool>>();

/** The tool's file; null for a tool that is not known. A bundled one is read once, when it is first needed. */
export async function toolFile(id: string): Promise<Tool | null> {
  const own = (await ownTools()).get(id);
  if (own !== undefined) return own.file;
  return bundledIndex.some((entry) => entry.id === id) ? bundledFile(id) : null;
}

function bundledFile(id: string): Promise<Tool> {
  const file = read.get(id) ?? fetch(api.runtime.getURL(`tools/${id}.json`)).then((response) => response.json() as Promise<Tool>);
  read.set(id, file);
  file.catch(() => read.delete(id));
  return file;
}

/** The role that provides a kind of item; null where a person has to say (a page of no known tool). */
export async function providerRole(tool: string, kind: string): Promise<string | null> {
  return (await toolFile(tool))?.items.find((item) => item.kind === kind)?.provider ?? null;
}

/** The origins to be granted for a tool's public hosts. */
export function publicOrigins({ hosts }: Pick<ToolEntry, "hosts">): string[] {
  return hosts.map((host) => `https://${host}/*`);
}
