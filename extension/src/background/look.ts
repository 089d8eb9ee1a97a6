/** The look at the server that nobody waits for: tool files of the organisation, and breakages that wait to be told. */
import { tellWhatMay } from "./breakages.js";
import { connectedAccount } from "./connection.js";
import { changed } from "./notify.js";
import { refreshOwnTools } from "./own-tools.js";
import { follow } from "./sites.js";

export const TOOLS_ALARM = "tools";

/** Once an hour, and whenever the browser or the extension has just started. */
export async function look(): Promise<void> {
  await lookForTools();
  await tellWhatMay();
}

/** Brings in what the organisation has changed of its tool files, into open pages, too. */
export async function lookForTools(): Promise<void> {
  const account = await connectedAccount();
  if (account?.usable !== true || !(await refreshOwnTools(account))) return;
  await follow();
  await changed();
}
