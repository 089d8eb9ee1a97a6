/** Answers the panel and the options page: the extension's own pages, outside any web page. */
import type { FromPanel } from "../shared/messages.js";
import { connect, connection, disconnect, requireAccount } from "./connection.js";
import { fromFairPlay } from "./from-fair-play.js";
import { people } from "./from-form.js";
import { change, discard, nameCause, rate, rateAllTheSame, readdress, rewrite, tellInstead, withdraw, write } from "./giving.js";
import { givenHere, refreshGiven } from "./given.js";
import { stateNow, stateOf, suggestionsFor } from "./handoffs.js";
import { cachedInbox, markRead, poll, readInbox, unreadCount } from "./inbox.js";
import type { Handlers } from "./listen.js";
import { changed } from "./notify.js";
import { sendNow } from "./outbox.js";
import { answerBroken, brokenAt, setTellBroken, tellBroken } from "./breakages.js";
import { lookForTools } from "./look.js";
import { ownTools } from "./own-tools.js";
import { itemAt, recognise } from "./recognise.js";
import { addSite, choices, follow, lostGrants, planSite, releaseOrigin, removeSite, setTool } from "./sites.js";

async function connected(server: string): ReturnType<typeof connection> {
  await connect(server);
  await lookForTools();
  await follow();
  await poll();
  await changed();
  void sendNow();
  return connection();
}

async function mine(): ReturnType<typeof givenHere> {
  await changed();
  return givenHere(await requireAccount());
}

export const fromPanel: Handlers<FromPanel> = {
  ...fromFairPlay,
  "panel.status": async () => ({ connection: await connection(), unread: await unreadCount() }),
  "panel.connect": ({ server }) => connected(server),
  "panel.reconnect": async () => connected((await requireAccount()).server),

  "panel.disconnect": async () => {
    const { server } = await requireAccount();
    await disconnect();
    await poll();
    await changed();
    await follow();
    await releaseOrigin(server);
    return connection();
  },

  "panel.cached-inbox": async () => cachedInbox(await requireAccount()),
  "panel.inbox": async ({ cursor }) => readInbox(await requireAccount(), cursor),
  "panel.mark-read": async ({ ids }) => markRead(await requireAccount(), ids),
  "panel.cached-given": async () => givenHere(await requireAccount()),

  "panel.given": async () => {
    const account = await requireAccount();
    await refreshGiven(account);
    return givenHere(account);
  },

  "panel.people": async ({ q }) => people(await requireAccount(), q),
  "panel.handoff": async ({ handoff, person }) => stateOf(await requireAccount(), handoff, person),
  "panel.suggestions": async ({ handoff }) => suggestionsFor(await requireAccount(), handoff),

  "panel.rate": async ({ handoff, person, verdict, text }) => {
    const account = await requireAccount();
    await rate(account, handoff, person, verdict, text);
    await changed();
    return stateNow(account, handoff, person);
  },

  "panel.cause": async ({ handoff, person, cause }) => {
    const account = await requireAccount();
    const { rating } = await stateNow(account, handoff, person);
    if (rating !== null) await nameCause(rating.id, cause);
    await changed();
    return stateNow(account, handoff, person);
  },

  "panel.write": async ({ kind, handoff, person, text }) => {
    await write(await requireAccount(), kind, handoff, person, text);
    await changed();
    return null;
  },

  "panel.withdraw": async ({ id }) => {
    await withdraw(id);
    return mine();
  },

  "panel.change": async ({ id, verdict, text, cause }) => {
    await change(id, { verdict, text, cause });
    return mine();
  },

  "panel.all-the-same": async ({ id, text }) => {
    await rateAllTheSame(id, text);
    return mine();
  },

  "panel.tell-instead": async ({ id }) => {
    await tellInstead(id);
    return mine();
  },

  "panel.readdress": async ({ id, person }) => {
    await readdress(id, person);
    return mine();
  },

  "panel.rewrite": async ({ id, text }) => {
    await rewrite(id, text, null);
    return mine();
  },

  "panel.discard": async ({ id }) => {
    await discard(id);
    return mine();
  },

  "panel.send-now": () => {
    void sendNow();
    void poll();
    return Promise.resolve(null);
  },

  "panel.sites": choices,

  "panel.set-tool": async ({ id, on }) => {
    await setTool(id, on);
    return null;
  },

  "panel.plan-site": async ({ origin, tool }) => {
    await planSite(origin, tool);
    return null;
  },

  "panel.add-site": async ({ origin, tool }) => {
    await addSite(origin, tool);
    return null;
  },

  "panel.remove-site": async ({ host }) => {
    await removeSite(host);
    return null;
  },

  "panel.lost-grants": ({ url }) => lostGrants(url),
  "panel.recognise": ({ tab, url }) => recognise(tab, url),
  "panel.item-at": ({ tab, url, title }) => itemAt(tab, url, title),
  "panel.tool-names": async () => Object.fromEntries([...(await ownTools()).values()].map(({ id, file }) => [id, file.name])),

  "panel.look-for-tools": async () => {
    await lookForTools();
    return null;
  },

  "panel.broken": ({ url }) => brokenAt(url),

  "panel.answer-broken": async ({ broken, answer }) => {
    await answerBroken(broken, answer);
    return null;
  },

  "panel.tell-broken": tellBroken,

  "panel.set-tell-broken": async ({ value }) => {
    await setTellBroken(value);
    return null;
  },
};
