/** Gives: about this tab's handoff, about any other page, or to anyone by name. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Person } from "../shared/api.js";
import { ask } from "../shared/ask.js";
import { api, patternsKnowNoPorts, t } from "../shared/browser.js";
import { firstName, type Handoff } from "../shared/handoff.js";
import { webItem } from "../shared/item-line.js";
import type { ToPageFromPanel } from "../shared/messages.js";
import { patternOf } from "../shared/server-address.js";
import { toolName } from "../shared/tool-names.js";
import { HandoffCard } from "./handoff-card.js";
import { Notice, PeoplePicker, wordsOf } from "./parts.js";
import { recognise } from "./recognise.js";
import { WriteForm } from "./write-form.js";

interface Here {
  tab: chrome.tabs.Tab | null;
  handoff: Handoff | null;
}

export function Give(): JSX.Element {
  const [here, setHere] = useState<Here | null>(null);
  useEffect(() => void lookHere().then(setHere), []);
  return (
    <>
      {here?.handoff !== null && here?.handoff !== undefined ? (
        <HandoffCard handoff={here.handoff} />
      ) : (
        here !== null && <ThisPage tab={here.tab} />
      )}
      <Anyone />
    </>
  );
}

/** What is open in the tab under the popup, as its button knows it. */
async function lookHere(): Promise<Here> {
  const [tab] = await api.tabs.query({ active: true, currentWindow: true });
  if (tab?.id === undefined) return { tab: null, handoff: null };
  const question: ToPageFromPanel = { type: "panel.what-is-here" };
  const handoff = await api.tabs.sendMessage<ToPageFromPanel, Handoff | null>(tab.id, question, { frameId: 0 }).catch(() => null);
  return { tab, handoff };
}

/** Any other page: its address and title are taken only when the member says so. */
function ThisPage({ tab }: { tab: chrome.tabs.Tab | null }): JSX.Element {
  const [handoff, setHandoff] = useState<Handoff | null>(null);
  if (handoff !== null) return <HandoffCard handoff={handoff} />;
  const item = tab?.url === undefined ? null : webItem(tab.url, tab.title ?? "");
  return (
    <section class="pad">
      <h2>{t("thisPage")}</h2>
      {item === null || tab === null ? (
        <p class="meta">{t("noHandoffHere")}</p>
      ) : (
        <>
          <p>{item.title}</p>
          <TurnOnHere tab={tab} />
          <div class="row">
            <button type="button" class="btn" data-testid="use-this-page" onClick={() => setHandoff({ item, people: [] })}>
              {t("giveForThisPage")}
            </button>
            <span class="meta">{t("onlyTitleAndAddress")}</span>
          </div>
        </>
      )}
    </section>
  );
}

/** When the page is a copy of a tool we know, but not turned on: offers to turn it on. */
function TurnOnHere({ tab }: { tab: chrome.tabs.Tab }): JSX.Element | null {
  const [tool, setTool] = useState<string | null>(null);
  const [told, setTold] = useState<string | null>(null);
  useEffect(() => void recognise(tab).then(setTool), []);
  if (tool === null || tab.url === undefined) return null;
  const { origin, host } = new URL(tab.url);
  const turnOn = (): void => {
    void ask("panel.plan-site", { origin, tool });
    api.permissions
      .request({ origins: [patternOf(origin, patternsKnowNoPorts)] })
      .then(async (given) => {
        if (given) await ask("panel.add-site", { origin, tool });
        setTold(given ? t("siteAdded", host) : t("sitePermissionNotGiven"));
      })
      .catch((error: unknown) => setTold(wordsOf(error)));
  };
  return (
    <>
      <div class="row">
        <span>{t("looksLike", toolName(tool) ?? tool)}</span>
        <button type="button" class="btn main" data-testid="turn-on-here" onClick={turnOn}>
          {t("turnOnHere")}
        </button>
      </div>
      <Notice text={told} />
    </>
  );
}

function Anyone(): JSX.Element {
  const [person, setPerson] = useState<Person | null>(null);
  const [kind, setKind] = useState<"thanks" | "word">("thanks");
  const [done, setDone] = useState<string | null>(null);
  const first = person === null ? "" : firstName(person.name);
  return (
    <section class="pad" data-testid="anyone">
      <h2>{t("thankAnyone")}</h2>
      {person === null ? (
        <PeoplePicker
          label={t("searchByName")}
          suggestions={[]}
          search={(q) => ask("panel.people", { q })}
          pick={(picked) => {
            setDone(null);
            setKind("thanks");
            setPerson(picked);
          }}
        />
      ) : (
        <>
          <p class="strong">{person.name}</p>
          <WriteForm
            kind={kind}
            first={first}
            attribution="open"
            ready={null}
            swap={() => setKind(kind === "thanks" ? "word" : "thanks")}
            cancel={() => setPerson(null)}
            send={async (sent, text) => {
              await ask("panel.write", { kind: sent, handoff: null, person, text });
              setDone(t(sent === "thanks" ? "thanksWritten" : "wordWritten", first));
              setPerson(null);
            }}
          />
        </>
      )}
      <Notice text={done} />
    </section>
  );
}
