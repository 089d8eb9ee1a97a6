/**
 * Tickets of in-page forms. A form's frame lies in somebody else's page, and that page could open such a frame
 * too: so a frame may speak only with a ticket the background has given to this very tab's button.
 */
import type { FormView } from "../shared/messages.js";
import type { Handoff } from "../shared/handoff.js";
import { t } from "../shared/browser.js";
import { Sentence } from "./http.js";
import { database, type FormTicket } from "./store.js";
import { tellButton } from "./tell-page.js";

const VALID_FOR = 60 * 60_000;

/** @param frame where in the tab the button is that opens it */
export async function openForm(tab: number, frame: number, view: FormView, handoff: Handoff): Promise<string> {
  const db = await database();
  for (const old of await db.getAll("tickets")) {
    if (old.tab === tab || Date.now() - old.opened_at > VALID_FOR) await db.delete("tickets", old.ticket);
  }
  const ticket = crypto.randomUUID();
  await db.put("tickets", { ticket, tab, frame, view, handoff, opened_at: Date.now() });
  return ticket;
}

/** The form a ticket stands for. Throws a Sentence unless it was given to this tab and is still open. */
export async function formOf(ticket: string, tab: number | undefined): Promise<FormTicket> {
  const form = await (await database()).get("tickets", ticket);
  if (form?.tab !== tab || form === undefined || Date.now() - form.opened_at > VALID_FOR) throw new Sentence(t("formGone"));
  return form;
}

export async function closeForm(ticket: string): Promise<void> {
  const db = await database();
  const form = await db.get("tickets", ticket);
  if (form === undefined) return;
  await db.delete("tickets", ticket);
  await tellButton(form, { type: "background.form-closed", ticket });
}
