/** Answers the in-page form, for as long as its ticket is valid. */
import { t } from "../shared/browser.js";
import type { Handoff } from "../shared/handoff.js";
import type { FromForm, Refusal } from "../shared/messages.js";
import type { PeoplePage } from "../shared/api.js";
import { requireAccount } from "./connection.js";
import { closeForm, formOf } from "./forms.js";
import { discard, rate, rateAllTheSame, readdress, rewrite, reword, tellInstead, write } from "./giving.js";
import { refusalsFor } from "./given.js";
import { pick, stateOf, suggestionsFor } from "./handoffs.js";
import { callOrTell, Sentence } from "./http.js";
import type { Handlers } from "./listen.js";
import { changed } from "./notify.js";
import type { Account } from "./store.js";
import { tellButton } from "./tell-page.js";

export const fromForm: Handlers<FromForm> = {
  "form.context": async ({ ticket }, from) => {
    const { view, handoff } = await formOf(ticket, from.tab);
    const account = await requireAccount();
    const state = await stateOf(account, handoff, null);
    const suggestions = view === "who" || state.subjectName === null ? await suggestionsFor(account, handoff) : { handle: null, people: [] };
    return { view, handoff, state, suggestions, refusals: await refusalsFor(account, handoff) };
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

  "form.readdress": async ({ ticket, id, person }, from) => {
    const { account, handoff } = await refusalOf(ticket, id, from.tab);
    await pick(account, handoff, person);
    await readdress(id, person);
    await changed();
    return null;
  },

  "form.missed": async ({ ticket, text }, from) => {
    const { handoff } = await formOf(ticket, from.tab);
    await rate(await requireAccount(), handoff, null, "missed", text);
    await changed();
    return null;
  },

  "form.write": async ({ ticket, kind, text }, from) => {
    const { handoff } = await formOf(ticket, from.tab);
    await write(await requireAccount(), kind, handoff, null, text);
    await changed();
    return null;
  },

  "form.rewrite": async ({ ticket, id, text }, from) => {
    const { refusal } = await refusalOf(ticket, id, from.tab);
    if (refusal.kind === "rating") await reword(id, text);
    else await rewrite(id, text, null);
    await changed();
    return null;
  },

  "form.tell-instead": async ({ ticket, id }, from) => {
    await refusalOf(ticket, id, from.tab);
    await tellInstead(id);
    await changed();
    return null;
  },

  "form.all-the-same": async ({ ticket, id, text }, from) => {
    await refusalOf(ticket, id, from.tab);
    await rateAllTheSame(id, text);
    await changed();
    return null;
  },

  "form.discard": async ({ ticket, id }, from) => {
    await refusalOf(ticket, id, from.tab);
    await discard(id);
    await changed();
    return null;
  },

  "form.size": async ({ ticket, height }, from) => {
    await tellButton(await formOf(ticket, from.tab), { type: "background.form-size", ticket, height });
    return null;
  },

  "form.close": async ({ ticket }, from) => {
    await formOf(ticket, from.tab);
    await closeForm(ticket);
    return null;
  },
};

/** A refusal that this form may mend: one of its own handoff. */
async function refusalOf(ticket: string, id: string, tab: number | undefined): Promise<{ account: Account; handoff: Handoff; refusal: Refusal }> {
  const { handoff } = await formOf(ticket, tab);
  const account = await requireAccount();
  const refusal = (await refusalsFor(account, handoff)).find((each) => each.id === id);
  if (refusal === undefined) throw new Sentence(t("formGone"));
  return { account, handoff, refusal };
}

/** Members whose name fits what was typed. */
export async function people(account: Account, q: string): Promise<PeoplePage["items"]> {
  const page = await callOrTell<PeoplePage>(account, { method: "GET", path: `/api/v1/people?limit=8&q=${encodeURIComponent(q)}` });
  return page.items.filter((person) => person.id !== account.member.id);
}
