/** Answers the in-page form, for as long as its ticket is valid. */
import type { FromForm } from "../shared/messages.js";
import type { PeoplePage } from "../shared/api.js";
import { requireAccount } from "./connection.js";
import { closeForm, formOf } from "./forms.js";
import { discard, rate, readdress, thank } from "./giving.js";
import { pick, stateNow, stateOf, suggestionsFor } from "./handoffs.js";
import { callOrTell } from "./http.js";
import type { Handlers } from "./listen.js";
import { changed } from "./notify.js";
import type { Account } from "./store.js";
import { tellPage } from "./tell-page.js";

export const fromForm: Handlers<FromForm> = {
  "form.context": async ({ ticket }, from) => {
    const { view, handoff } = await formOf(ticket, from.tab);
    const account = await requireAccount();
    const state = await stateOf(account, handoff, null);
    const suggestions = view === "who" || state.subjectName === null ? await suggestionsFor(account, handoff) : { handle: null, people: [] };
    return { view, handoff, state, suggestions };
  },

  "form.people": async ({ ticket, q }, from) => {
    await formOf(ticket, from.tab);
    return people(await requireAccount(), q);
  },

  "form.pick": async ({ ticket, person }, from) => {
    const { handoff } = await formOf(ticket, from.tab);
    await pick(await requireAccount(), handoff, person);
    await changed();
    return null;
  },

  "form.readdress": async ({ ticket, person }, from) => {
    const { handoff } = await formOf(ticket, from.tab);
    const account = await requireAccount();
    const { rating } = await stateNow(account, handoff, null);
    await pick(account, handoff, person);
    if (rating !== null) await readdress(rating.id, person);
    await changed();
    return null;
  },

  "form.missed": async ({ ticket, text }, from) => {
    const { handoff } = await formOf(ticket, from.tab);
    await rate(await requireAccount(), handoff, null, "missed", text);
    await changed();
    return null;
  },

  "form.thanks": async ({ ticket, text }, from) => {
    const { handoff } = await formOf(ticket, from.tab);
    await thank(await requireAccount(), handoff, null, text);
    return null;
  },

  "form.discard": async ({ ticket }, from) => {
    const { handoff } = await formOf(ticket, from.tab);
    const { rating } = await stateNow(await requireAccount(), handoff, null);
    if (rating !== null) await discard(rating.id);
    await changed();
    return null;
  },

  "form.size": async ({ ticket, height }, from) => {
    const { tab } = await formOf(ticket, from.tab);
    await tellPage(tab, { type: "background.form-size", ticket, height });
    return null;
  },

  "form.close": async ({ ticket }, from) => {
    await formOf(ticket, from.tab);
    await closeForm(ticket);
    return null;
  },
};

/** Members whose name fits what was typed. */
export async function people(account: Account, q: string): Promise<PeoplePage["items"]> {
  const page = await callOrTell<PeoplePage>(account, { method: "GET", path: `/api/v1/people?limit=8&q=${encodeURIComponent(q)}` });
  return page.items.filter((person) => person.id !== account.member.id);
}
