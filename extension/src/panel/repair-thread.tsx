/** The private thread that a word or a missed starts: what was said, the answer, and how it ends. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../shared/ask.js";
import { t } from "../shared/browser.js";
import type { Repair } from "../shared/api.js";
import type { RepairView } from "../shared/fair-play-messages.js";
import { firstName } from "../shared/handoff.js";
import { Waiting } from "./expectation-card.js";
import { Notice, TextForm, When, wordsOf } from "./parts.js";
import { useChanges, useFocusBack } from "./use.js";

interface Props {
  repair: Repair;
  /** What stands above it or opens it: the first message, or nothing yet, and then the latest one is shown. */
  from: "first" | "latest";
  /** It was asked for: everything is shown, and the focus goes to it. */
  open?: boolean;
}

export function RepairThread({ repair: known, from, open: asked = false }: Props): JSX.Element {
  const [view, setView] = useState<RepairView>({ repair: known, sending: "sent", problem: null, refused: null });
  const [open, setOpen] = useState(asked);
  const [answering, setAnswering] = useState(false);
  const [told, setTold] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useFocusBack(box, answering ? "answer" : null);
  const load = (): void => {
    ask("panel.repair", { repair: known })
      .then(setView)
      .catch(() => undefined);
  };
  useEffect(load, [known]);
  useEffect(() => {
    if (asked) box.current?.focus();
  }, []);
  useChanges(load);

  const { repair, sending, problem, refused } = view;
  const unsaid = refused?.messages.at(-1) ?? null;
  const first = firstName((repair.mine === "customer" ? repair.provider : repair.customer).name);
  const whole = from === "first" ? repair.messages.slice(1) : repair.messages;
  const shown = open ? whole : from === "first" ? [] : whole.slice(-1);
  const settle = (state: Repair["state"]): void => {
    setTold(null);
    ask("panel.settle", { repair, state })
      .then((next) => {
        setView(next);
        box.current?.focus();
      })
      .catch((error: unknown) => setTold(wordsOf(error)));
  };
  const giveUp = (): void => {
    ask("panel.give-up", { id: repair.id })
      .then(() => ask("panel.repair", { repair: known }))
      .then(setView)
      .catch((error: unknown) => setTold(wordsOf(error)));
  };
  return (
    <div class="thread" ref={box} tabIndex={-1} data-testid="thread" data-state={repair.state} data-sending={sending}>
      {whole.length > (from === "first" ? 0 : 1) && (
        <button type="button" class="btn quiet" aria-expanded={open} data-testid="thread-toggle" onClick={() => setOpen(!open)}>
          {open ? t("hideThread") : t(from === "first" ? "showAnswers" : "showThread", String(whole.length))}
        </button>
      )}
      {shown.length > 0 && <Messages repair={repair} messages={shown} />}
      {asked && whole.length === 0 && repair.state === "open" && <p class="stands">{t("noAnswerYet")}</p>}
      {repair.state !== "open" && (
        <p class="stands" data-testid="stands">
          {repair.state === "repaired" ? t("threadRepaired") : t("threadClosed")}
        </p>
      )}
      {sending === "waiting" && <Waiting problem={problem} giveUp={giveUp} />}
      {sending === "rejected" && (
        <>
          <p class="problem" data-testid="problem">
            {t("notAcceptedBecause", problem ?? "")}
          </p>
          {unsaid !== null && refused !== null && refused.messages.length > repair.messages.length && <p class="quote">{unsaid.text}</p>}
          <div class="row">
            <Act name="give-up" label={t("discard")} run={giveUp} />
          </div>
        </>
      )}
      {answering ? (
        <TextForm
          testid="answer"
          label={t("answerPerson", first)}
          placeholder={t("answerPerson", first)}
          action={t("send")}
          longest={2000}
          lines={true}
          hint={t("onlyYouTwo", first)}
          cancel={() => setAnswering(false)}
          send={async (text) => {
            setView(await ask("panel.say", { repair, text }));
            setOpen(true);
            setAnswering(false);
          }}
        />
      ) : (
        <Actions
          repair={repair}
          answer={() => {
            setTold(null);
            setAnswering(true);
          }}
          settle={settle}
        />
      )}
      <Notice text={told} />
    </div>
  );
}

function Messages({ repair, messages }: { repair: Repair; messages: Repair["messages"] }): JSX.Element {
  const me = repair.mine === "customer" ? repair.customer.id : repair.provider.id;
  return (
    <ol class="messages" aria-label={t("answers")}>
      {messages.map((message) => (
        <li key={message.id} class={message.author.id === me ? "own" : ""} data-testid="message">
          <span class="meta">
            {message.author.id === me ? t("you") : message.author.name} · <When at={message.written_at} />
          </span>
          <p>{message.text}</p>
        </li>
      ))}
    </ol>
  );
}

function Actions(props: { repair: Repair; answer: () => void; settle: (state: Repair["state"]) => void }): JSX.Element | null {
  const may = new Set(props.repair.may);
  if (may.size === 0) return null;
  return (
    <div class="row">
      {may.has("say") && <Act name="answer" label={t("answer")} run={props.answer} />}
      {may.has("repaired") && <Act name="repaired" label={t("itIsRepaired")} run={() => props.settle("repaired")} />}
      {may.has("close") && <Act name="close-thread" label={t("closeThread")} run={() => props.settle("closed")} />}
      {may.has("reopen") && <Act name="reopen" label={t("openAgain")} run={() => props.settle("open")} />}
    </div>
  );
}

function Act({ name, label, run }: { name: string; label: string; run: () => void }): JSX.Element {
  return (
    <button type="button" class="btn quiet" data-testid={name} onClick={run}>
      {label}
    </button>
  );
}

/** The thread of what I gave, asked for when it is wanted: the list of what I gave does not bring it. */
export function RepairOf({ id }: { id: string }): JSX.Element {
  const [view, setView] = useState<RepairView | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const open = (): void => {
    setTold(null);
    ask("panel.repair-of", { id })
      .then((found) => {
        setView(found);
        if (found === null) setTold(t("noThread"));
      })
      .catch((error: unknown) => setTold(wordsOf(error)));
  };
  if (view !== null) return <RepairThread repair={view.repair} from="first" open />;
  return (
    <div class="thread">
      <div class="row">
        <Act name="open-thread" label={t("showTheThread")} run={open} />
      </div>
      <Notice text={told} />
    </div>
  );
}
