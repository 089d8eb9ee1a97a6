/** Gives: about this tab's handoff, about any other page, or to anyone by name. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Person } from "../shared/api.js";
import { ask } from "../shared/ask.js";
import { api, t } from "../shared/browser.js";
import { firstName, type Handoff } from "../shared/handoff.js";
import { webItem } from "../shared/item-line.js";
import type { ToPageFromPanel } from "../shared/messages.js";
import { BrokenHere } from "./broken-page.js";
import { HandoffCard } from "./handoff-card.js";
import { Notice, PeoplePicker } from "./parts.js";
import { TurnOnHere } from "./turn-on-here.js";
import { WriteForm } from "./write-form.js";

interface Here {
  tab: chrome.tabs.Tab | null;
  handoff: Handoff | null;
}

export function Give(): JSX.Element {
  const [here, setHere] = useState<Here | null>(null);
  useEffect(() => void lookHere().then(setHere), []);
  if (here === null) return <Anyone />;
  const url = here.tab?.url;
  return (
    <>
      {here.handoff === null ? <ThisPage tab={here.tab} /> : <HandoffCard handoff={here.handoff} />}
      {url !== undefined && <BrokenHere url={url} />}
      <Anyone />
    </>
  );
}

/** What is open in the tab under the popup, as its button knows it. */
async function lookHere(): Promise<Here> {
  const [tab] = await api.tabs.query({ active: true, currentWindow: true });
  if (tab?.id === undefined) return { tab: null, handoff: null };
  const question: ToPageFromPanel = { type: "panel.what-is-here" };
  // Without a frame it reaches all of them: the one that shows the item answers, the others say nothing.
  const handoff = await api.tabs.sendMessage<ToPageFromPanel, Handoff | undefined>(tab.id, question).catch(() => undefined);
  return { tab, handoff: handoff ?? null };
}

/** Any other page: its address and title are taken only when the member says so, and of the address host and path only. */
function ThisPage({ tab }: { tab: chrome.tabs.Tab | null }): JSX.Element {
  const [handoff, setHandoff] = useState<Handoff | null>(null);
  if (handoff !== null) return <HandoffCard handoff={handoff} />;
  const item = tab?.url === undefined ? null : webItem(tab.url, tab.title ?? "");
  const use = (): void => {
    if (tab?.id === undefined || tab.url === undefined) return;
    void ask("panel.item-at", { tab: tab.id, url: tab.url, title: tab.title ?? "" })
      .catch(() => null)
      .then((found) => setHandoff(found === null ? null : { item: found, people: [] }));
  };
  return (
    <section class="pad" data-testid="this-page">
      <h2>{t("thisPage")}</h2>
      {item === null || tab?.id === undefined || tab.url === undefined ? (
        <p class="meta">{t("pageOfBrowser")}</p>
      ) : (
        <>
          <p class="page-title">{item.title}</p>
          <TurnOnHere tab={tab.id} url={tab.url} />
          <div class="row">
            <button type="button" class="btn" data-testid="use-this-page" onClick={use}>
              {t("giveForThisPage")}
            </button>
            <span class="meta">{t("onlyTitleAndAddress")}</span>
          </div>
        </>
      )}
    </section>
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
