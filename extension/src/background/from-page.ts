/** Answers the in-page button. It is heard only for items of the site it runs on, and in frames only of tools that live there. */
import { t } from "../shared/browser.js";
import type { Handoff } from "../shared/handoff.js";
import { hostOf, identityHost, locate } from "../shared/matcher.js";
import type { FromPage } from "../shared/messages.js";
import { READY_THANKS } from "../shared/say.js";
import { metBreakage } from "./breakages.js";
import { connectedAccount, requireAccount } from "./connection.js";
import { closeForm, formOf, openForm } from "./forms.js";
import { nameCause, rate, withdraw, write } from "./giving.js";
import { stateNow, stateOf } from "./handoffs.js";
import { Sentence } from "./http.js";
import type { From, Handlers } from "./listen.js";
import { bring, isFramed, sheetFor } from "./pages.js";
import { siteAt, type Site } from "./sites.js";

export const fromPage: Handlers<FromPage> = {
  "page.look": async ({ url, ready }, from) => {
    const site = (await connectedAccount()) === null ? null : await siteOf(from);
    if (site === null) return null;
    const sheet = await sheetFor(url, from, site);
    if (sheet !== null && !ready) await bring("button.js", from);
    return { digest: site.digest, sheet: sheet === null ? null : { ...sheet, framed: await isFramed(from) } };
  },

  "page.broken": async ({ kind, failed }, from) => {
    const [account, site] = await Promise.all([connectedAccount(), siteOf(from)]);
    if (account === null || site === null) return null;
    const id = locate(from.url, site.tools, site.sites)?.tool.id ?? site.tools[0]?.id;
    const tool = site.known.find((each) => each.id === id);
    if (tool !== undefined) await metBreakage(account, tool, kind, failed);
    return null;
  },

  "page.handoff": async ({ handoff }, from) => {
    await mustBeFrom(from, handoff);
    return stateOf(await requireAccount(), handoff, null);
  },

  "page.rate": async ({ handoff, verdict }, from) => {
    await mustBeFrom(from, handoff);
    const account = await requireAccount();
    await rate(account, handoff, null, verdict, null);
    return stateNow(account, handoff, null);
  },

  "page.cause": async ({ handoff, cause }, from) => {
    await mustBeFrom(from, handoff);
    const account = await requireAccount();
    const { rating } = await stateNow(account, handoff, null);
    if (rating !== null) await nameCause(rating.id, cause);
    return stateNow(account, handoff, null);
  },

  "page.thank": async ({ handoff, ready }, from) => {
    await mustBeFrom(from, handoff);
    const account = await requireAccount();
    const { said } = await stateNow(account, handoff, null);
    // A second tap, from a page that has not heard of the first, sends nothing.
    if (said.thanks === null) await write(account, "thanks", handoff, null, t(READY_THANKS[ready]));
    return stateNow(account, handoff, null);
  },

  "page.withdraw": async ({ handoff }, from) => {
    await mustBeFrom(from, handoff);
    const account = await requireAccount();
    const { rating } = await stateNow(account, handoff, null);
    if (rating !== null) await withdraw(rating.id);
    return stateNow(account, handoff, null);
  },

  "page.open-form": async ({ handoff, view }, from) => {
    await mustBeFrom(from, handoff);
    if (from.tab === undefined) throw new Sentence(t("formGone"));
    await bring("form.js", from);
    return { ticket: await openForm(from.tab, from.frame, view, handoff) };
  },

  "page.close-form": async ({ ticket }, from) => {
    await formOf(ticket, from.tab);
    await closeForm(ticket);
    return null;
  },
};

/** The site of a page or frame. A frame is heard only for tools whose items live in frames, inside pages of the same tool. */
async function siteOf(from: From): Promise<Site | null> {
  const site = await siteAt(from.url);
  if (site === null || from.frame === 0) return site;
  const around = from.top === undefined ? null : await siteAt(from.top);
  const tools = site.tools.filter((tool) => tool.frames === true && around?.tools.some(({ id }) => id === tool.id) === true);
  return tools.length === 0 ? null : { ...site, tools };
}

async function mustBeFrom(from: From, { item }: Handoff): Promise<void> {
  const tool = (await siteOf(from))?.tools.find(({ id }) => id === item.tool);
  const host = tool === undefined ? null : identityHost(hostOf(new URL(from.url)), tool);
  if (host !== item.host) throw new Sentence(t("otherSite"));
}
