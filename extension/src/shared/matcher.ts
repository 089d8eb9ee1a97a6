/** Tells which item of which tool a URL is. The twin of server/handclasp/tools/matcher.py. */
import { fill, fillUrl, fit, segmentsOf, typed, type Values } from "./template.js";
import type { ItemPattern, Tool } from "./tool.js";

export interface Match {
  tool: string;
  /** Host with a port that is not the scheme's own; lower case, punycode, no final dot. */
  host: string;
  key: string;
  kind: string;
  /** Canonical URL: nothing of the query, fragment or userinfo but what the tool file names. */
  url: string;
}

/** Self-hosted copies the user has named: host (with port) to tool id. */
export type Sites = Readonly<Record<string, string>>;

/** The URL's host as the identity of an item has it. */
export function hostOf(url: URL): string {
  const name = url.hostname.replace(/\.$/, "");
  return url.port === "" ? name : `${name}:${url.port}`;
}

/** True when a tool file's host pattern stands for the host. A port other than the scheme's own is another host. */
export function hostFits(host: string, pattern: string): boolean {
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1 : host === pattern;
}

/**
 * The item a URL stands for, or null. Guarantees that nothing of the URL is kept but what the tool file names.
 * @param sites self-hosted copies by host; they go before the public hosts
 */
export function matchUrl(address: string, tools: readonly Tool[], sites: Sites = {}): Match | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if ((url.protocol !== "https:" && url.protocol !== "http:") || url.hostname === "") return null;
  const host = hostOf(url);
  const own = Object.hasOwn(sites, host) ? sites[host] : undefined;
  for (const tool of tools) {
    const here = own === undefined ? tool.hosts.some((pattern) => hostFits(host, pattern)) : tool.id === own;
    const match = here ? matchItems(url, host, tool) : null;
    if (match !== null) return match;
  }
  return null;
}

function matchItems(url: URL, host: string, tool: Tool): Match | null {
  const segments = segmentsOf(url.pathname);
  if (segments === null) return null;
  for (const item of tool.items) {
    const values = itemValues(url, segments, item);
    if (values === null) continue;
    return {
      tool: tool.id,
      host,
      key: fill(item.key, values),
      kind: item.kind,
      url: `${url.protocol}//${host}${fillUrl(item.url, values)}`,
    };
  }
  return null;
}

function itemValues(url: URL, segments: readonly string[], item: ItemPattern): Values | null {
  const values = firstFit(segments, item.paths);
  if (values === null) return null;
  for (const [name, type] of Object.entries(item.query ?? {})) {
    const given = url.searchParams.getAll(name);
    const value = given.length === 1 ? typed(given[0] ?? "", type) : null;
    if (value === null) return null;
    values.set(name, value);
  }
  if (item.fragment === undefined) return values;
  const fragment = segmentsOf(url.hash.replace(/^#!?/, ""));
  const named = fragment === null ? null : firstFit(fragment, item.fragment);
  if (named === null) return null;
  return new Map([...values, ...named]);
}

function firstFit(segments: readonly string[], templates: readonly string[]): Values | null {
  for (const template of templates) {
    const values = fit(segments, template);
    if (values !== null) return values;
  }
  return null;
}
