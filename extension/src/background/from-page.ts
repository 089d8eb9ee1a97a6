/** Answers the in-page button. It is heard only for items of the site it runs on. */
import { t } from "../shared/browser.js";
import type { Handoff } from "../shared/handoff.js";
import { hostOf } from "../shared/matcher.js";
import type { FromPage } from "../shared/messages.js";
import { READY_THANKS } from "../shared/say.js";
import { connectedAccount, requireAccount } from "./connection.js";
import { closeForm, formOf, openForm } from "./forms.js";
import { nameCause, rate, withdraw, write } from "./giving.js";
import { stateNow, stateOf } from "./handoffs.js";
import { Sentence } from "./http.js";
import type { Handlers } from "./listen.js";
import { toolFor } from "./sites.js";

export const fromPage: Handlers<FromPage> = {
  "page.hello": async (_, from) => ((await connectedAccount()) === null ? null : toolFor(from.url)),

  "page.handoff": async ({ handoff }, from) => {
    await mustBeFrom(from.url, handoff);
    return stateOf(await requireAccount(), handoff, null);
  },

  "page.rate": async ({ handoff, verdict }, from) => {
    await mustBeFrom(from.url, handoff);
    const account = await requireAccount();
    await rate(account, handoff, null, verdict, null);
    return stateNow(account, handoff, null);
  },

  "page.cause": async ({ handoff, cause }, from) => {
    await mustBeFrom(from.url, handoff);
    const account = await requireAccount();
    const { rating } = await stateNow(account, handoff, null);
    if (rating !== null) await nameCause(rating.id, cause);
    return stateNow(account, handoff, null);
  },

  "page.thank": async ({ handoff, ready }, from) => {
    await mustBeFrom(from.url, handoff);
    const account = await requireAccount();
    const { said } = await stateNow(account, handoff, null);
    // A second tap, from a page that has not heard of the first, sends nothing.
    if (said.thanks === null) await write(account, "thanks", handoff, null, t(READY_THANKS[ready]));
    return stateNow(account, handoff, null);
  },

  "page.withdraw": async ({ handoff }, from) => {
    await mustBeFrom(from.url, handoff);
    const account = await requireAccount();
    const { rating } = await stateNow(account, handoff, null);
    if (rating !== null) await withdraw(rating.id);
    return stateNow(account, handoff, null);
  },

  "page.open-form": async ({ handoff, view }, from) => {
    await mustBeFrom(from.url, handoff);
    if (from.tab === undefined) throw new Sentence(t("formGone"));
    return { ticket: await openForm(from.tab, view, handoff) };
  },

  "page.close-form": async ({ ticket }, from) => {
    await formOf(ticket, from.tab);
    await closeForm(ticket);
    return null;
  },
};

async function mustBeFrom(url: string, handoff: Handoff): Promise<void> {
  const site = await toolFor(url);
  const fits = site?.tools.some((tool) => tool.id === handoff.item.tool) === true && handoff.item.host === hostOf(new URL(url));
  if (!fits) throw new Sentence(t("otherSite"));
}
