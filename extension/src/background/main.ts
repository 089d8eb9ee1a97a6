/** The background: a service worker in Chromium, an event page in Firefox. It may end and begin at any time. */
import { api } from "../shared/browser.js";
import { fromForm } from "./from-form.js";
import { fromPage } from "./from-page.js";
import { fromPanel } from "./from-panel.js";
import { INBOX_ALARM, poll, showBadge } from "./inbox.js";
import { listen } from "./listen.js";
import { drain, OUTBOX_ALARM, sendNow } from "./outbox.js";
import { look, TOOLS_ALARM } from "./look.js";
import { tidy } from "./resolutions.js";
import { follow, reconcile, takeUpPlan } from "./sites.js";

listen({ page: fromPage, form: fromForm, panel: fromPanel });

api.alarms.onAlarm.addListener(({ name }) => {
  if (name === OUTBOX_ALARM) void drain();
  if (name === INBOX_ALARM) void poll();
  if (name === TOOLS_ALARM) void look();
});

// Both also bring a new version's button into pages that are open; an update forgets what was registered.
api.runtime.onInstalled.addListener(({ reason }) => {
  void reconcile().then(look);
  if (reason === "install") void api.runtime.openOptionsPage();
});
api.runtime.onStartup.addListener(() => {
  void reconcile().then(look);
  void tidy(Date.now());
  void poll();
});
api.permissions.onAdded.addListener(() => void takeUpPlan().then(follow));
// Pages that are open lose their button now, and not with the next visit.
api.permissions.onRemoved.addListener(() => void follow());

self.addEventListener("online", () => void sendNow());

// Whatever woke it: what waits is looked after, and looking for new entries goes on.
void drain();
void api.alarms.get(INBOX_ALARM).then((alarm) => (alarm === undefined ? poll() : showBadge()));
void api.alarms.get(TOOLS_ALARM).then((alarm) => (alarm === undefined ? api.alarms.create(TOOLS_ALARM, { periodInMinutes: 60 }) : undefined));
