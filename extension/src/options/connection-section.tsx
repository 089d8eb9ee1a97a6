/** Connecting to a Handclasp server by its address. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Notice, wordsOf } from "../panel/parts.js";
import { ask } from "../shared/ask.js";
import { api, patternsKnowNoPorts, t } from "../shared/browser.js";
import type { Connection } from "../shared/messages.js";
import { patternOf, readAddress } from "../shared/server-address.js";

export function ConnectionSection({ connection, set }: { connection: Connection; set: (connection: Connection) => void }): JSX.Element {
  return (
    <section id="connection" data-testid="connection" data-status={connection.status}>
      <h2>{t("yourServer")}</h2>
      {connection.status === "none" ? <ConnectForm set={set} /> : <Connected connection={connection} set={set} />}
    </section>
  );
}

/** Asks for the origin's permission. To be called first in a click: browsers ask only then. */
function request(origin: string): Promise<boolean> {
  return api.permissions.request({ origins: [patternOf(origin, patternsKnowNoPorts)] });
}

function ConnectForm({ set }: { set: (connection: Connection) => void }): JSX.Element {
  const [typed, setTyped] = useState("");
  const [told, setTold] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const connect = async (server: string, asked: Promise<boolean>): Promise<void> => {
    if (!(await asked)) {
      setTold(t("connectNoPermission", server));
      return;
    }
    setTold(t("connectGoesOn"));
    set(await ask("panel.connect", { server }));
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    const address = readAddress(typed, false);
    if (!address.ok) {
      setTold(t(`address_${address.why.replaceAll("-", "_")}`));
      return;
    }
    const asked = request(address.origin);
    setBusy(true);
    setTold(null);
    connect(address.origin, asked)
      .catch((error: unknown) => setTold(wordsOf(error)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <p>{t("connectText")}</p>
      <form class="line" onSubmit={submit}>
        <label>
          {t("serverAddress")}
          <input
            id="server"
            class="field"
            type="text"
            inputMode="url"
            autocomplete="url"
            spellcheck={false}
            placeholder="https://handclasp.example.com"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <button id="connect" type="submit" class="btn main" disabled={busy}>
          {t("connect")}
        </button>
      </form>
      <div id="connect-message">
        <Notice text={told} />
      </div>
    </>
  );
}

function Connected({ connection, set }: { connection: Connection; set: (connection: Connection) => void }): JSX.Element {
  const [told, setTold] = useState<string | null>(null);
  const { status, server, member, email, organisation } = connection;
  const again = (): void => {
    const asked = server === null ? Promise.resolve(false) : request(server);
    asked
      .then((given) => (given ? ask("panel.reconnect", {}) : connection))
      .then(set)
      .catch((error: unknown) => setTold(wordsOf(error)));
  };
  const leave = (): void => {
    ask("panel.disconnect", {})
      .then(set)
      .catch((error: unknown) => setTold(wordsOf(error)));
  };
  return (
    <>
      <div class="who" id="connected">
        <span class="strong" data-testid="member">
          {member?.name}
        </span>
        <span class="meta">
          {email} · {organisation} · {server}
        </span>
      </div>
      {status === "reconnect" && <p class="notice">{t("reconnectText")}</p>}
      {status === "away" && <p class="notice">{t("permissionGone")}</p>}
      <div class="row">
        {status !== "connected" && (
          <button id="reconnect" type="button" class="btn main" onClick={again}>
            {t("connectAgain")}
          </button>
        )}
        <button id="disconnect" type="button" class="btn" onClick={leave}>
          {t("disconnect")}
        </button>
      </div>
      <Notice text={told} />
    </>
  );
}
