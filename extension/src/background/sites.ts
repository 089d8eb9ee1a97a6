/**
 * On which sites the button works. The member turns tools on and names own sites; the browser grants each origin;
 * one registered content script follows what is both wanted and granted.
 */
import { api, patternsKnowNoPorts, t } from "../shared/browser.js";
import { tools } from "../shared/bundled-tools.js";
import { hostFits, hostOf, type Sites } from "../shared/matcher.js";
import type { SiteChoice, ToolChoice } from "../shared/messages.js";
import { patternOf, readAddress } from "../shared/server-address.js";
import type { Tool } from "../shared/tool.js";
import { Sentence } from "./http.js";
import { readSetting, removeSetting, writeSetting, type SiteSettings } from "./store.js";
import { tellPages } from "./tell-page.js";
import { publicOrigins, toolById } from "./tool-files.js";

const SCRIPT = "button";

async function settings(): Promise<SiteSettings> {
  return (await readSetting("sites")) ?? { tools: [], own: [] };
}

function granted(origins: string[]): Promise<boolean> {
  return api.permissions.contains({ origins });
}

export async function choices(): Promise<{ tools: ToolChoice[]; sites: SiteChoice[] }> {
  const { tools: on, own } = await settings();
  return {
    tools: await Promise.all(
      tools.map(async (tool) => ({
        id: tool.id,
        name: tool.name,
        origins: publicOrigins(tool),
        on: on.includes(tool.id) && (await granted(publicOrigins(tool))),
        selfHosted: tool.self_hosted.length > 0,
      })),
    ),
    sites: await Promise.all(
      own.map(async ({ host, origin, tool }) => ({ host, origin, tool, on: await granted([patternOf(origin, patternsKnowNoPorts)]) })),
    ),
  };
}

/** Turns a tool's public hosts on or off. Throws a Sentence when the permission was not given. */
export async function setTool(id: string, on: boolean): Promise<void> {
  const tool = toolById(id);
  if (tool === null) throw new Sentence(t("unknownTool"));
  if (on && !(await granted(publicOrigins(tool)))) throw new Sentence(t("sitePermissionNotGiven"));
  const current = await settings();
  const before = await grantedPatterns();
  const others = current.tools.filter((name) => name !== id);
  await writeSetting("sites", { ...current, tools: on ? [...others, id] : others });
  await reconcile();
  await tellPages(before);
  if (!on) await api.permissions.remove({ origins: publicOrigins(tool) });
}

/** Adds a self-hosted copy of a tool. Throws a Sentence when the permission was not given. */
export async function addSite(address: string, tool: string): Promise<void> {
  const read = readAddress(address, true);
  if (!read.ok || (toolById(tool)?.self_hosted.length ?? 0) === 0) throw new Sentence(t("siteNotAnAddress"));
  if (!(await granted([patternOf(read.origin, patternsKnowNoPorts)]))) throw new Sentence(t("sitePermissionNotGiven"));
  const current = await settings();
  const own = current.own.filter((site) => site.host !== read.host);
  await writeSetting("sites", { ...current, own: [...own, { origin: read.origin, host: read.host, tool }] });
  await reconcile();
}

/** Remembers what a question to the member is for; `takeUpPlan` goes on when it was answered with yes. */
export async function planSite(origin: string, tool: string): Promise<void> {
  await writeSetting("plannedSite", { origin, tool });
}

export async function takeUpPlan(): Promise<void> {
  const plan = await readSetting("plannedSite");
  if (plan === null || !(await granted([patternOf(plan.origin, patternsKnowNoPorts)]))) return;
  await removeSetting("plannedSite");
  await addSite(plan.origin, plan.tool);
}

export async function removeSite(host: string): Promise<void> {
  const current = await settings();
  const leaving = current.own.find((site) => site.host === host);
  if (leaving === undefined) return;
  const before = await grantedPatterns();
  const own = current.own.filter((site) => site.host !== host);
  await writeSetting("sites", { ...current, own });
  await reconcile();
  // Pages that are open lose their button now, and not with the next visit.
  await tellPages(before);
  await releaseOrigin(leaving.origin);
}

/** Gives an origin's permission back, unless an own site or the connected server still needs it. */
export async function releaseOrigin(origin: string): Promise<void> {
  const pattern = patternOf(origin, patternsKnowNoPorts);
  const account = await readSetting("account");
  const needed = [...(await settings()).own.map((site) => site.origin), ...(account === null ? [] : [account.server])];
  if (needed.some((each) => patternOf(each, patternsKnowNoPorts) === pattern)) return;
  await api.permissions.remove({ origins: [pattern] });
}

/** What a page at this address is given: its own tool's file and no other; null where the button has no business. */
export async function toolFor(address: string): Promise<{ tools: Tool[]; sites: Sites } | null> {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const host = hostOf(url);
  const current = await settings();
  const own = current.own.find((site) => site.host === host && site.origin === url.origin);
  if (own !== undefined) {
    const tool = toolById(own.tool);
    return tool === null ? null : { tools: [tool], sites: { [host]: own.tool } };
  }
  const found = tools.find((tool) => current.tools.includes(tool.id) && tool.hosts.some((pattern) => hostFits(host, pattern)));
  return found === undefined || url.protocol !== "https:" ? null : { tools: [found], sites: {} };
}

/** Makes the registered script follow what is wanted and granted, and brings it into pages that are open already. */
export async function reconcile(): Promise<void> {
  const matches = await grantedPatterns();
  // Registering resolves without the permission too, and then does nothing: so only granted patterns get here.
  const registered = await api.scripting.getRegisteredContentScripts({ ids: [SCRIPT] });
  if (matches.length === 0) {
    if (registered.length > 0) await api.scripting.unregisterContentScripts({ ids: [SCRIPT] });
    return;
  }
  const script = { id: SCRIPT, js: ["content.js"], matches, runAt: "document_idle" as const, persistAcrossSessions: true };
  if (registered.length > 0) await api.scripting.updateContentScripts([script]);
  else await api.scripting.registerContentScripts([script]);
  await enterOpenPages(matches);
}

/** The patterns of pages that may hold the button now. */
export async function grantedPatterns(): Promise<string[]> {
  const { tools: on, own } = await settings();
  const wanted = [
    ...tools.filter((tool) => on.includes(tool.id)).flatMap(publicOrigins),
    ...own.map((site) => patternOf(site.origin, patternsKnowNoPorts)),
  ];
  const kept = await Promise.all([...new Set(wanted)].map(async (pattern) => ((await granted([pattern])) ? [pattern] : [])));
  return kept.flat();
}

async function enterOpenPages(matches: string[]): Promise<void> {
  const open = await api.tabs.query({ url: matches });
  await Promise.allSettled(
    open.flatMap((tab) =>
      tab.id === undefined ? [] : [api.scripting.executeScript({ target: { tabId: tab.id }, files: ["content.js"] })],
    ),
  );
}
