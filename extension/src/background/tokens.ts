/** Access and refresh tokens: kept in the extension's own database, refreshed by one request at a time. */
import { readSetting, writeSetting, type Account } from "./store.js";
import { grant } from "./oauth.js";

type Refreshed = { access: string } | "sign-in" | "no-answer";

let refreshing: Promise<Refreshed> | null = null;

/** The current access token of the account; null when it is no longer the connected one. */
export async function freshAccess(account: Account): Promise<string | null> {
  const current = await readSetting("account");
  return isSame(current, account) ? current.access : null;
}

/** Called after a 401 for `refused`: gets the next access token, or tells why there is none. */
export async function refusedAccess(account: Account, refused: string): Promise<Refreshed> {
  const current = await readSetting("account");
  if (!isSame(current, account)) return "no-answer";
  if (current.access !== refused) return { access: current.access };
  if (!current.usable) return "sign-in";
  refreshing ??= refresh(current).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function refresh(account: Account): Promise<Refreshed> {
  const granted = await grant(account.server, { grant_type: "refresh_token", refresh_token: account.refresh });
  const current = await readSetting("account");
  if (!isSame(current, account)) return "no-answer";
  if (granted.kind === "tokens") {
    await writeSetting("account", { ...current, access: granted.access, refresh: granted.refresh, usable: true });
    return { access: granted.access };
  }
  if (granted.kind === "no-answer") return "no-answer";
  await writeSetting("account", { ...current, usable: false });
  return "sign-in";
}

function isSame(current: Account | null, account: Account): current is Account {
  return current !== null && current.server === account.server && current.member.id === account.member.id;
}
