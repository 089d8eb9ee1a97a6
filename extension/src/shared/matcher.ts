/** Tells which item of which tool a URL is. The twin of server/handclasp/tools/matcher.py. */
import { fill, fillUrl, fit, fitText, segmentsOf, type Values } from "./template.js";
import type { ItemPattern, Tool } from "./tool.js";

export interface Match {
  tool: string;
  /** Host with a port that is not the scheme's own; lower case, punycode, no final dot; that of `same_host`. */
  host: string;
  key: string;
  kind: string;
  /** Canonical URL: nothing of the query, fragment or userinfo but what the tool file names. */
  url: string;
}

/** The pattern a URL fits, and what it names. With `each`, the page's elements have yet to say the key. */
export interface Located {
  tool: Tool;
  host: string;
  pattern: ItemPattern;
  values: Values;
  scheme: string;
}

/** Self-hosted copies the user has named: host (with port) to tool id. */
export type Sites = Readonly<Record<string, string>>;

/** A page's own host, with a port that is not the scheme's own. */
export function hostOf(url: URL): string {
  const name = url.hostname.replace(/\.$/, "");
  return url.port === "" ? name : `${name}:${url.port}`;
}

/** True when a tool file's host pattern stands for the host. A port other than the scheme's own is another host. */
export function hostFits(host: string, pattern: string): boolean {
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1 : host === pattern;
}

/** The host that items shown on this one have in their identity. */
export function identityHost(host: string, tool: Pick<Tool, "same_host">): string {
  for (const [shown, meant] of Object.entries(tool.same_host ?? {})) {
    if (!hostFits(host, shown)) continue;
    return meant.startsWith("*.") ? host.slice(0, 1 - shown.length) + meant.slice(1) : meant;
  }
  return host;
}

/**
 * The item a URL stands for, or null. Guarantees that nothing of the URL is kept but what the tool file names.
 * Null, too, where the page has to say more than the URL (`each`, hooks).
 * @param sites self-hosted copies by host; they go before the public hosts
 */
export function matchUrl(address: string, tools: readonly Tool[], sites: Sites = {}): Match | null {
  const located = locate(address, tools, sites);
  return located === null || located.pattern.each !== undefined ? null : matchOf(located);
}

/** The pattern a URL fits, of the first tool that has one. A tool whose templates cannot be read hides no other. */
export function locate(address: string, tools: readonly Tool[], sites: Sites = {}): Located | null {
  const url = webAddress(address);
  if (url === null) return null;
  const host = hostOf(url);
  const own = Object.hasOwn(sites, host) ? sites[host] : undefined;
  for (const tool of tools) {
    const here = own === undefined ? tool.hosts.some((pattern) => hostFits(host, pattern)) : tool.id === own;
    const located = here ? locateIn(url, identityHost(host, tool), tool) : null;
    if (located !== null) return located;
  }
  return null;
}

/** The item that a pattern and its values are. */
export function matchOf({ tool, host, pattern, values, scheme }: Located): Match {
  return { tool: tool.id, host, key: fill(pattern.key, values), kind: pattern.kind, url: `${scheme}//${host}${fillUrl(pattern.url, values)}` };
}

/** What the address would be if its host were a copy of the tool; null when it would be no item. */
export function locateAs(address: string, tool: Tool): Located | null {
  const url = webAddress(address);
  return url === null ? null : locateIn(url, identityHost(hostOf(url), tool), tool);
}

/** Whether an address fits paths and query, whatever its host. */
export function fitsPage(address: string, { paths, query }: Pick<ItemPattern, "paths" | "query">): boolean {
  const url = webAddress(address);
  const segments = url === null ? null : segmentsOf(url.pathname);
  if (url === null || segments === null) return false;
  return unlessBroken(() => firstFit(segments, paths) !== null && queryValues(url.searchParams, query) !== null) ?? false;
}

function webAddress(address: string): URL | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  return (url.protocol === "https:" || url.protocol === "http:") && url.hostname !== "" ? url : null;
}

function locateIn(url: URL, host: string, tool: Tool): Located | null {
  return unlessBroken(() => firstPattern(url, host, tool));
}

/** What is read by templates; null where one of them makes no pattern, as none does that was checked. */
function unlessBroken<Found>(read: () => Found | null): Found | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function firstPattern(url: URL, host: string, tool: Tool): Located | null {
  const segments = segmentsOf(url.pathname);
  if (segments === null) return null;
  for (const pattern of tool.items) {
    const values = itemValues(url, segments, pattern);
    if (values !== null) return { tool, host, pattern, values, scheme: url.protocol };
  }
  return null;
}

function itemValues(url: URL, segments: readonly string[], item: ItemPattern): Values | null {
  const named = firstFit(segments, item.paths);
  if (named === null || (item.except !== undefined && firstFit(segments, item.except) !== null)) return null;
  const asked = queryValues(url.searchParams, item.query);
  const fragment = fragmentValues(url.hash, item);
  return asked === null || fragment === null ? null : new Map([...named, ...asked, ...fragment]);
}

function queryValues(given: URLSearchParams, wanted: Record<string, string> = {}): Values | null {
  const values: Values = new Map();
  for (const [name, template] of Object.entries(wanted)) {
    const all = given.getAll(name);
    const found = all.length === 1 ? fitText(all[0] ?? "", template) : null;
    if (found === null) return null;
    for (const [key, value] of found) values.set(key, value);
  }
  return values;
}

function fragmentValues(hash: string, { fragment, fragment_query: query }: ItemPattern): Values | null {
  if (fragment === undefined && query === undefined) return new Map();
  const text = hash.replace(/^#!?\/?/, "");
  const cut = text.indexOf("?");
  const path = cut < 0 ? text : text.slice(0, cut);
  const segments = fragment === undefined ? null : segmentsOf(path);
  const named = fragment === undefined ? new Map<string, string>() : segments === null ? null : firstFit(segments, fragment);
  const rest = cut >= 0 ? text.slice(cut + 1) : fragment === undefined ? text : "";
  const asked = queryValues(new URLSearchParams(rest), query);
  return named === null || asked === null ? null : new Map([...named, ...asked]);
}

function firstFit(segments: readonly string[], templates: readonly string[]): Values | null {
  for (const template of templates) {
    const values = fit(segments, template);
    if (values !== null) return values;
  }
  return null;
}
