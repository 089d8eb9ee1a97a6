/** The inbox: what colleagues sent me, and the number on the toolbar button. */
import type { InboxPage } from "../shared/api.js";
import { api } from "../shared/browser.js";
import type { InboxView } from "../shared/messages.js";
import { connectedAccount } from "./connection.js";
import { call, callOrTell } from "./http.js";
import { changed } from "./notify.js";
import { sendNow } from "./outbox.js";
import { accountId, database, readSetting, writeSetting, type Account, type Unread } from "./store.js";

export const INBOX_ALARM = "inbox";
const LONGEST_MINUTES = 15;
const NOTHING: Unread = { count: 0, etag: null, failures: 0 };

/** The first page as it was last seen; null when it never was. */
export async function cachedInbox(account: Account): Promise<InboxView | null> {
  const cached = await (await database()).get("cache", keyOf(account));
  return cached !== undefined && "inbox" in cached.value ? view(cached.value.inbox, cached.at) : null;
}

export async function readInbox(account: Account, cursor: string | null): Promise<InboxView> {
  const query = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
  const page = await callOrTell<InboxPage>(account, { method: "GET", path: `/api/v1/inbox?limit=30${query}` });
  if (cursor === null) {
    const entry = { key: keyOf(account), account: accountId(account), at: Date.now(), value: { inbox: page } };
    await (await database()).put("cache", entry);
  }
  await setUnread(page.unread, null);
  return view(page, null);
}

export async function markRead(account: Account, ids: string[]): Promise<{ unread: number }> {
  const answer = await callOrTell<{ unread: number }>(account, { method: "POST", path: "/api/v1/inbox/read", body: { ids } });
  const db = await database();
  const cached = await db.get("cache", keyOf(account));
  if (cached !== undefined && "inbox" in cached.value) {
    const items = cached.value.inbox.items.map((entry) => (ids.includes(entry.id) ? { ...entry, read: true } : entry));
    await db.put("cache", { ...cached, value: { inbox: { ...cached.value.inbox, items, unread: answer.unread } } });
  }
  await setUnread(answer.unread, null);
  return answer;
}

export async function unreadCount(): Promise<number> {
  return (await readSetting("unread"))?.count ?? 0;
}

/** Looks for new entries, and again later: every minute, ever more rarely while the server does not answer. */
export async function poll(): Promise<void> {
  const account = await connectedAccount();
  if (account === null) {
    await api.alarms.clear(INBOX_ALARM);
    await showBadge();
    return;
  }
  const before = (await readSetting("unread")) ?? NOTHING;
  const answered = account.usable
    ? await call<{ unread: number } | null>(account, { method: "GET", path: "/api/v1/inbox/unread", etag: before.etag })
    : null;
  if (answered?.kind === "ok") {
    await setUnread(answered.body?.unread ?? before.count, answered.etag);
    if (before.failures > 0) await sendNow();
    if (answered.body !== null && answered.body.unread !== before.count) await changed();
  } else {
    await writeSetting("unread", { ...before, failures: before.failures + 1 });
  }
  const failures = answered?.kind === "ok" ? 0 : before.failures + 1;
  await api.alarms.create(INBOX_ALARM, { delayInMinutes: Math.min(2 ** failures, LONGEST_MINUTES) });
  await showBadge();
}

/** Puts the number of unread entries on the toolbar button; "!" when the member has to connect again. */
export async function showBadge(): Promise<void> {
  const account = await connectedAccount();
  const count = account === null ? 0 : await unreadCount();
  const text = account?.usable === false ? "!" : count === 0 ? "" : count > 99 ? "99+" : String(count);
  await api.action.setBadgeBackgroundColor({ color: "#3a5bd9" });
  await api.action.setBadgeTextColor({ color: "#ffffff" });
  await api.action.setBadgeText({ text });
}

async function setUnread(count: number, etag: string | null): Promise<void> {
  await writeSetting("unread", { count, etag, failures: 0 });
  await showBadge();
}

function keyOf(account: Account): string {
  return `inbox\n${accountId(account)}`;
}

function view(page: InboxPage, cachedAt: number | null): InboxView {
  return { entries: page.items, next: page.next, unread: page.unread, cachedAt };
}
