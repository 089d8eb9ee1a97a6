/** The popup: who is connected, the tabs, and what stands in the way. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../shared/ask.js";
import { api, t } from "../shared/browser.js";
import type { Connection } from "../shared/messages.js";
import { Expectations } from "./expectations.js";
import { Give } from "./give.js";
import { Given } from "./given.js";
import { Inbox } from "./inbox.js";
import { LostStrip } from "./lost-grants.js";
import { Sign, wordsOf } from "./parts.js";
import { useChanges, useFocusBack } from "./use.js";
import { You } from "./you.js";

const TABS = ["inbox", "give", "given", "expectations"] as const;
type Tab = (typeof TABS)[number];

export function PanelApp(): JSX.Element {
  const [connection, setConnection] = useState<Connection | null>(null);
  const [unread, setUnread] = useState(0);
  const [you, setYou] = useState(false);
  const head = useRef<HTMLElement>(null);
  useFocusBack(head, you ? "you-open" : null);
  const load = (): void => {
    void ask("panel.status", {}).then((status) => {
      setConnection(status.connection);
      setUnread(status.unread);
    });
  };
  useEffect(() => {
    load();
    void ask("panel.send-now", {});
  }, []);
  useChanges(load);
  return (
    <>
      <header ref={head}>
        <span class="sign">
          <Sign name="clasp" size={18} />
        </span>
        <h1>Handclasp</h1>
        <span class="push" />
        {connection !== null && connection.status !== "none" && (
          <button
            type="button"
            class="gear"
            aria-label={t("justForYou")}
            title={t("justForYou")}
            aria-pressed={you}
            data-testid="you-open"
            onClick={() => setYou(!you)}
          >
            <Sign name="you" />
          </button>
        )}
        <button type="button" class="gear" aria-label={t("settings")} title={t("settings")} data-testid="settings" onClick={openSettings}>
          <Sign name="gear" />
        </button>
      </header>
      {connection?.status === "none" && <NotConnected />}
      {connection !== null && connection.status !== "none" && (
        <>
          <ConnectionStrip connection={connection} />
          <LostStrip />
          {you ? <You back={() => setYou(false)} /> : <Tabs unread={unread} setUnread={setUnread} openYou={() => setYou(true)} />}
        </>
      )}
    </>
  );
}

function openSettings(): void {
  void api.runtime.openOptionsPage();
  window.close();
}

function NotConnected(): JSX.Element {
  return (
    <div class="state" data-testid="not-connected">
      <span class="big">
        <Sign name="clasp" size={40} />
      </span>
      <strong>{t("welcomeTitle")}</strong>
      <p>{t("welcomeText")}</p>
      <button type="button" class="btn main" data-testid="open-connect" onClick={openSettings}>
        {t("connect")}
      </button>
    </div>
  );
}

function ConnectionStrip({ connection }: { connection: Connection }): JSX.Element | null {
  const [problem, setProblem] = useState<string | null>(null);
  if (connection.status === "connected") return null;
  const reconnect = (): void => {
    setProblem(null);
    ask("panel.reconnect", {}).catch((error: unknown) => setProblem(wordsOf(error)));
  };
  const away = connection.status === "away";
  return (
    <div class="strip" role="status" data-testid="reconnect">
      <span>{problem ?? (away ? t("permissionGone") : t("reconnectText"))}</span>
      <button type="button" class="btn" onClick={away ? openSettings : reconnect}>
        {away ? t("settings") : t("connectAgain")}
      </button>
    </div>
  );
}

interface TabsProps {
  unread: number;
  setUnread: (count: number) => void;
  openYou: () => void;
}

function Tabs({ unread, setUnread, openYou }: TabsProps): JSX.Element {
  const [tab, setTab] = useState<Tab>("inbox");
  const key = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length];
    if (step === 0 || next === undefined) return;
    setTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label="Handclasp" onKeyDown={key}>
        {TABS.map((name) => (
          <button
            type="button"
            role="tab"
            key={name}
            id={`tab-${name}`}
            data-testid={`tab-${name}`}
            aria-selected={name === tab}
            aria-controls="view"
            tabIndex={name === tab ? 0 : -1}
            onClick={() => setTab(name)}
          >
            {t(`tab_${name}`)}
            {name === "inbox" && unread > 0 && (
              <span class="count" data-testid="unread-count">
                {unread}
                <span class="sr"> {t("unread")}</span>
              </span>
            )}
          </button>
        ))}
      </div>
      <div id="view" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === "inbox" && <Inbox setUnread={setUnread} openYou={openYou} />}
        {tab === "give" && <Give />}
        {tab === "given" && <Given />}
        {tab === "expectations" && <Expectations />}
      </div>
    </>
  );
}
