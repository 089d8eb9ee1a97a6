/**
 * On which sites the button works. The member turns tools on and names own sites; the browser grants each origin;
 * the registered content scripts follow what is both wanted and granted.
 */
import { api, patternsKnowNoPorts, t } from "../shared/browser.js";
import { hostFits, hostOf, type Sites } from "../shared/matcher.js";
import type { LostGrant, SiteChoice, ToolChoice } from "../shared/messages.js";
import { patternOf, readAddress } from "../shared/server-address.js";
import type { Tool } from "../shared/tool.js";
import { Sentence } from "./http.js";
import { register } from "./scripts.js";
import { readSetting, removeSetting, writeSetting, type OwnSite, type SiteSettings } from "./store.js";
import { tellEveryPage } from "./tell-page.js";
import { knownTool, knownTools, publicOrigins, toolFile, type KnownTool } from "./tool-files.js";

/** How long the member may take to answer the browser's question. */
const PLAN_VALID_FOR = 10 * 60_000;

/** The tools that a site is of. */
export interface Site {
  tools: Tool[];
  sites: Sites;
  /** Another one as soon as any of the files is. */
  digest: string;
  known: KnownTool[];
}

async function settings(): Promise<SiteSettings> {
  return (await readSetting("sites")) ?? { tools: [], own: [] };
}

function granted(origins: string[]): Promise<boolean> {
  return api.permissions.contains({ origins });
}

async function notGranted(origins: readonly string[]): Promise<string[]> {
  const each = await Promise.all(origins.map(async (origin) => ((await granted([origin])) ? [] : [origin])));
  return each.flat();
}

function pattern(origin: string): string {
  return patternOf(origin, patternsKnowNoPorts);
}

export async function choices(): Promise<{ tools: ToolChoice[]; sites: SiteChoice[] }> {
  const { tools: wanted, own } = await settings();
  return {
    tools: await Promise.all(
      (await knownTools()).map(async (tool) => ({
        id: tool.id,
        name: tool.name,
        origins: publicOrigins(tool),
        on: wanted.includes(tool.id),
        missing: wanted.includes(tool.id) ? await notGranted(publicOrigins(tool)) : [],
        selfHosted: tool.markers.length > 0,
        own: tool.own,
      })),
    ),
    sites: await Promise.all(own.map(async ({ host, origin, tool }) => ({ host, origin, tool, on: await granted([pattern(origin)]) }))),
  };
}

/** What is turned on, but not granted any more; `here` is the one of this address. */
export async function lostGrants(address: string | null): Promise<{ all: LostGrant[]; here: LostGrant | null }> {
  const { tools, sites } = await choices();
  const all = [
    ...tools.filter(({ missing }) => missing.length > 0).map(({ name, missing }) => ({ name, origins: missing })),
    ...sites.filter(({ on }) => !on).map(({ host, origin }) => ({ name: host, origins: [pattern(origin)] })),
  ];
  const url = address !== null && URL.canParse(address) ? new URL(address) : null;
  return { all, here: all.find(({ origins }) => url !== null && origins.some((origin) => covers(origin, url))) ?? null };
}

/** Whether a match pattern of ours stands for an address. */
function covers(origin: string, url: URL): boolean {
  const [scheme = "", host = ""] = origin.replace(/\/\*$/, "").split("://");
  return `${scheme}:` === url.protocol && hostFits(patternsKnowNoPorts ? url.hostname : url.host, host);
}

/** Turns a tool's public hosts on or off. Throws a Sentence when the permission was not given. */
export async function setTool(id: string, on: boolean): Promise<void> {
  const tool = await knownTool(id);
  if (tool === null) throw new Sentence(t("unknownTool"));
  if (on && !(await granted(publicOrigins(tool)))) throw new Sentence(t("sitePermissionNotGiven"));
  const current = await settings();
  const others = current.tools.filter((name) => name !== id);
  await writeSetting("sites", { ...current, tools: on ? [...others, id] : others });
  await follow();
  if (!on) await release(publicOrigins(tool));
}

/**
 * Turns the button on at one site: a self-hosted copy of a tool, or one host of a tool that has many. A tool that
 * has only this one is turned on itself. Throws a Sentence when the permission was not given.
 */
export async function addSite(address: string, id: string): Promise<void> {
  const read = readAddress(address, true);
  const tool = await knownTool(id);
  if (!read.ok || tool === null || !canBeAt(tool, read.origin, read.host)) throw new Sentence(t("siteNotAnAddress"));
  if (!(await granted([pattern(read.origin)]))) throw new Sentence(t("sitePermissionNotGiven"));
  await removeSetting("plannedSite");
  const all = publicOrigins(tool);
  if (all.length === 1 && all[0] === pattern(read.origin)) return setTool(id, true);
  const current = await settings();
  const own = current.own.filter((site) => site.host !== read.host);
  await writeSetting("sites", { ...current, own: [...own, { origin: read.origin, host: read.host, tool: id }] });
  return follow();
}

function canBeAt({ hosts, markers }: KnownTool, origin: string, host: string): boolean {
  return markers.length > 0 || (origin.startsWith("https:") && hosts.some((each) => hostFits(host, each)));
}

/** Remembers what a question to the member is for; `takeUpPlan` goes on when it was answered with yes. */
export async function planSite(origin: string, tool: string): Promise<void> {
  await writeSetting("plannedSite", { origin, tool, at: Date.now() });
}

export async function takeUpPlan(): Promise<void> {
  const plan = await readSetting("plannedSite");
  if (plan === null || !(await granted([pattern(plan.origin)]))) return;
  await removeSetting("plannedSite");
  if (Date.now() - (plan.at ?? 0) < PLAN_VALID_FOR) await addSite(plan.origin, plan.tool);
}

export async function removeSite(host: string): Promise<void> {
  const current = await settings();
  const leaving = current.own.find((site) => site.host === host);
  if (leaving === undefined) return;
  await writeSetting("sites", { ...current, own: current.own.filter((site) => site.host !== host) });
  await follow();
  await releaseOrigin(leaving.origin);
}

/** Gives an origin's permission back, unless something else that is turned on, or the connected server, needs it. */
export async function releaseOrigin(origin: string): Promise<void> {
  await release([pattern(origin)]);
}

async function release(origins: string[]): Promise<void> {
  const account = await readSetting("account");
  const needed = [...(await wantedPatterns()).all, ...(account === null ? [] : [pattern(account.server)])];
  const free = origins.filter((origin) => !needed.includes(origin));
  if (free.length > 0) await api.permissions.remove({ origins: free });
}

/** What a page at this address is given: its own tools' files and no others; null where the button has no business. */
export async function siteAt(address: string): Promise<Site | null> {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const [known, sites] = await toolsAt(url);
  // A permission that was taken back counts for pages that are open, too.
  if (known.length === 0 || !(await granted([pattern(url.origin)]))) return null;
  const files = await Promise.all(known.map(({ id }) => toolFile(id)));
  const digest = known.map((tool) => `${tool.id} ${tool.digest}`).join();
  return { tools: files.filter((file) => file !== null), sites, digest, known };
}

/** Whether a tool is turned on at this address, granted or not. */
export async function isTurnedOnAt(address: string): Promise<boolean> {
  return (await toolsAt(new URL(address)))[0].length > 0;
}

/** In Firefox, whose patterns know no ports, this is where a page at another port of a granted host is turned away. */
async function toolsAt(url: URL): Promise<[KnownTool[], Sites]> {
  const host = hostOf(url);
  const { tools: wanted, own } = await settings();
  const site = own.find((each) => each.host === host && each.origin === url.origin);
  const all = await knownTools();
  if (site !== undefined) return [all.filter(({ id }) => id === site.tool), { [host]: site.tool }];
  const found = all.filter(({ id, hosts }) => wanted.includes(id) && hosts.some((each) => hostFits(host, each)));
  return [url.protocol === "https:" ? found : [], {}];
}

/** Brings everything in line with what is wanted and granted now, and lets open pages look again. */
export async function follow(): Promise<void> {
  await reconcile();
  await tellEveryPage();
}

/** Makes the registered scripts follow what is wanted and granted, and brings them into pages that are open already. */
export async function reconcile(): Promise<void> {
  await register(async () => {
    const { top, frames } = await wantedPatterns();
    // Registering resolves without the permission too, and then does nothing: so only granted patterns get there.
    return { top: await onlyGranted(top), frames: await onlyGranted(frames) };
  });
}

/** The patterns of pages that may hold the button now. */
export async function grantedPatterns(): Promise<string[]> {
  return onlyGranted((await wantedPatterns()).all);
}

async function onlyGranted(patterns: readonly string[]): Promise<string[]> {
  const missing = await notGranted(patterns);
  return patterns.filter((each) => !missing.includes(each));
}

/** The patterns of what is turned on; `frames` are those where items live in frames, `top` the others. */
async function wantedPatterns(): Promise<{ all: string[]; top: string[]; frames: string[] }> {
  const { tools: wanted, own } = await settings();
  const known = await knownTools();
  const of = (inFrames: boolean): string[] => {
    const tools = known.filter((tool) => tool.frames === inFrames);
    const isOfThese = ({ tool }: OwnSite): boolean => tools.some(({ id }) => id === tool);
    return [...tools.filter(({ id }) => wanted.includes(id)).flatMap(publicOrigins), ...own.filter(isOfThese).map(({ origin }) => pattern(origin))];
  };
  const frames = [...new Set(of(true))];
  const top = [...new Set(of(false))].filter((each) => !frames.includes(each));
  return { all: [...top, ...frames], top, frames };
}
