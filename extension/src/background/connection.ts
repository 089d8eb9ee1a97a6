/** Which server this browser is connected to, and as whom. */
import type { Me } from "../shared/api.js";
import { api, patternsKnowNoPorts, t } from "../shared/browser.js";
import type { Connection } from "../shared/messages.js";
import { patternOf } from "../shared/server-address.js";
import { Sentence } from "./http.js";
import { authorize, revoke } from "./oauth.js";
import { forgetOwnTools } from "./own-tools.js";
import { keepRules } from "./rules.js";
import { accountId, database, readSetting, removeSetting, writeSetting, type Account } from "./store.js";

const PROBE_TIMEOUT = 8_000;

/** The account that may be used now; null when nobody is connected. */
export async function connectedAccount(): Promise<Account | null> {
  return readSetting("account");
}

/** The account, for what needs one. Throws a Sentence when nobody is connected. */
export async function requireAccount(): Promise<Account> {
  const account = await readSetting("account");
  if (account === null) throw new Sentence(t("notConnected"));
  return account;
}

export async function connection(): Promise<Connection> {
  const account = await readSetting("account");
  if (account === null) return { status: "none", server: null, member: null, email: null, organisation: null };
  const { server, member, email, organisation } = account;
  const reachable = await api.permissions.contains({ origins: [patternOf(server, patternsKnowNoPorts)] });
  return { status: !reachable ? "away" : account.usable ? "connected" : "reconnect", server, member, email, organisation };
}

/**
 * Connects to the server at this origin, for which the permission has been asked already. Throws a Sentence that
 * tells apart: no permission, nothing there, something else there, the window closed, a refusal.
 */
export async function connect(server: string): Promise<void> {
  if (!(await api.permissions.contains({ origins: [patternOf(server, patternsKnowNoPorts)] }))) {
    throw new Sentence(t("connectNoPermission", server));
  }
  await probe(server);
  const granted = await authorize(server);
  if (granted.kind === "closed") throw new Sentence(t("connectClosed"));
  if (granted.kind === "refused") throw new Sentence(t("connectRefused"));
  if (granted.kind === "no-answer") throw new Sentence(t("connectUnreachable", server));
  const me = await whoAmI(server, granted.access);
  const before = await readSetting("account");
  // Somebody else may be of another organisation, with tool files of its own.
  if (before !== null && accountId(before) !== accountId({ server, member: me.member })) await forgetOwnTools();
  await keepRules({ server, member: me.member }, me.policy);
  await writeSetting("account", {
    server,
    member: me.member,
    email: me.email,
    organisation: me.organisation.name,
    access: granted.access,
    refresh: granted.refresh,
    usable: true,
  });
}

/** Disconnects: the server is told, and what was only remembered is forgotten. What is not sent yet stays. */
export async function disconnect(): Promise<void> {
  const account = await readSetting("account");
  if (account === null) return;
  await removeSetting("account");
  await removeSetting("unread");
  await removeSetting("rules");
  const db = await database();
  await Promise.all([db.clear("cache"), db.clear("picks"), db.clear("tickets"), db.clear("breakages"), forgetOwnTools()]);
  await revoke(account.server, account.refresh);
}

async function probe(server: string): Promise<void> {
  const ready = await look(`${server}/readyz`);
  if (ready === null) throw new Sentence(t("connectUnreachable", server));
  const metadata = await look(`${server}/.well-known/oauth-authorization-server`);
  if (metadata === null) throw new Sentence(t("connectUnreachable", server));
  const told = (await metadata.json().catch(() => null)) as { issuer?: unknown; token_endpoint?: unknown } | null;
  if (!metadata.ok || typeof told?.issuer !== "string" || typeof told.token_endpoint !== "string") {
    throw new Sentence(t("connectOtherServer", server));
  }
  // Codes and tokens go to the address that was typed and granted, and to no other.
  if (!URL.canParse(told.issuer) || new URL(told.issuer).origin !== server) {
    throw new Sentence(t("connectOtherAddress", server, told.issuer));
  }
  if (!ready.ok) throw new Sentence(t("connectNotReady", server));
}

async function look(url: string): Promise<Response | null> {
  return fetch(url, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PROBE_TIMEOUT) }).catch(() => null);
}

async function whoAmI(server: string, access: string): Promise<Me> {
  const response = await fetch(`${server}/api/v1/me`, {
    headers: { Authorization: `Bearer ${access}` },
    cache: "no-store",
    credentials: "omit",
    signal: AbortSignal.timeout(PROBE_TIMEOUT),
  }).catch(() => null);
  if (response === null) throw new Sentence(t("connectUnreachable", server));
  if (!response.ok) throw new Sentence(t("connectRefused"));
  return (await response.json()) as Me;
}
