/** The form in the page: says what would have helped, sends thanks, tells who did it, or mends what was refused. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Direction, Person } from "../shared/api.js";
import { ask } from "../shared/ask.js";
import { speak, t } from "../shared/browser.js";
import { firstName, type HandoffState } from "../shared/handoff.js";
import type { FormContext, Refusal } from "../shared/messages.js";
import { agreedWords, standingWords, verdictWords, type Words } from "../shared/say.js";
import type { WayOut } from "../shared/ways-out.js";
import { ItemLine, Notice, PeoplePicker, TextForm, wordsOf } from "./parts.js";
import { WaysOut } from "./ways-out.js";
import { WriteForm } from "./write-form.js";

export function FormApp({ ticket }: { ticket: string }): JSX.Element {
  const [context, setContext] = useState<FormContext | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = (): void => {
    ask("form.context", { ticket })
      .then(setContext)
      .catch((error: unknown) => setProblem(wordsOf(error)));
  };
  useEffect(load, []);
  const sheet = useOwnSize(ticket);
  const close = (): void => void ask("form.close", { ticket }).catch(() => undefined);
  useEffect(() => {
    const escape = (event: KeyboardEvent): void => {
      if (event.key === "Escape") close();
    };
    addEventListener("keydown", escape);
    return () => removeEventListener("keydown", escape);
  }, []);
  return (
    <div class="form" ref={sheet} role="dialog" aria-label="Handclasp" data-testid="form">
      {context === null ? <Notice text={problem ?? t("looking")} /> : <View ticket={ticket} context={context} close={close} reload={load} />}
    </div>
  );
}

interface ViewProps {
  ticket: string;
  context: FormContext;
  close: () => void;
  reload: () => void;
}

function View({ ticket, context, close, reload }: ViewProps): JSX.Element {
  const { view, handoff, state } = context;
  const name = state.subjectName;
  const [kind, setKind] = useState<"thanks" | "word">(view === "word" ? "word" : "thanks");
  if (view === "rejected") return <Rejected ticket={ticket} context={context} close={close} reload={reload} />;
  if (view === "who" || name === null) {
    const pick = (person: Person): Promise<null> => ask("form.pick", { ticket, person });
    return <Who ticket={ticket} context={context} close={close} done={view === "who" ? close : reload} pick={pick} />;
  }
  const first = firstName(name);
  if (view === "missed") {
    return (
      <Sheet title={t("whatWouldHaveHelped")} close={close}>
        <ItemLine item={handoff.item} />
        <Agreement state={state} first={first} />
        <TextForm
          testid="missed"
          label={t("whatWouldHaveHelped")}
          placeholder={t("oneLine")}
          action={t("send")}
          longest={500}
          lines={false}
          hint={t("missedStartsThread", first)}
          send={async (text) => {
            await ask("form.missed", { ticket, text });
            close();
          }}
        />
      </Sheet>
    );
  }
  return (
    <Sheet title={t(kind === "thanks" ? "thankPerson" : "tellPrivately", first)} close={close}>
      <ItemLine item={handoff.item} />
      <WriteForm
        kind={kind}
        first={first}
        attribution={state.attribution}
        ready={state.said.thanks === null ? (state.direction === "request" ? "ask" : "work") : null}
        swap={() => setKind(kind === "thanks" ? "word" : "thanks")}
        send={async (sent, text) => {
          await ask("form.write", { ticket, kind: sent, text });
          close();
        }}
      />
    </Sheet>
  );
}

function Agreement({ state, first }: { state: HandoffState; first: string }): JSX.Element | null {
  return state.agreed === null ? null : <p class="meta">{speak(agreedWords(state.agreed, first))}</p>;
}

interface WhoProps extends Omit<ViewProps, "reload"> {
  done: () => void;
  /** What the choice is for: this handoff from now on, or what the server has refused. */
  pick: (person: Person) => Promise<null>;
}

function Who({ ticket, context, close, done, pick }: WhoProps): JSX.Element {
  const [problem, setProblem] = useState<string | null>(null);
  const { handle } = context.suggestions;
  const { attribution, direction } = context.state;
  const once = handle === null ? t("whoOnceItem") : attribution === "pooled" ? t("whoOnceHandleHere", handle) : t("whoOnceHandle", handle);
  return (
    <Sheet title={t(direction === "request" ? "whoAsked" : "whoDidThis")} close={close}>
      <p class="meta">{once}</p>
      <PeoplePicker
        focus
        label={t("searchByName")}
        suggestions={context.suggestions.people}
        search={(q) => ask("form.people", { ticket, q })}
        pick={(person) => {
          pick(person)
            .then(done)
            .catch((error: unknown) => setProblem(wordsOf(error)));
        }}
      />
      <Notice text={problem} />
    </Sheet>
  );
}

/** What the server refused of this handoff, one after the other, and what can be done about each. */
function Rejected({ ticket, context, close, reload }: ViewProps): JSX.Element {
  const [refusal] = context.refusals;
  useEffect(() => {
    if (refusal === undefined) close();
  }, [refusal]);
  if (refusal === undefined) return <Notice text={t("looking")} />;
  return <Refused key={refusal.id} refusal={refusal} ticket={ticket} context={context} close={close} reload={reload} />;
}

function Refused({ refusal, ticket, context, close, reload }: ViewProps & { refusal: Refusal }): JSX.Element {
  const [doing, setDoing] = useState<WayOut | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { id, text } = refusal;
  const first = firstName(context.state.subjectName ?? "");
  const act = (request: Promise<null>): void => {
    request.then(reload).catch((error: unknown) => setProblem(wordsOf(error)));
  };
  const take = (way: WayOut): void => {
    if (way === "without-words") act(ask("form.rewrite", { ticket, id, text: null }));
    else if (way === "tell-instead") act(ask("form.tell-instead", { ticket, id }));
    else if (way === "keep" || way === "discard") act(ask("form.discard", { ticket, id }));
    // By name a missed needs its line.
    else if (way === "all-the-same" && refusal.verdict !== "missed") act(ask("form.all-the-same", { ticket, id, text: null }));
    else setDoing(way);
  };
  if (doing === "choose-who") {
    const pick = (person: Person): Promise<null> => ask("form.readdress", { ticket, id, person });
    return <Who ticket={ticket} context={context} close={close} done={reload} pick={pick} />;
  }
  const oneLine = doing === "add-words" || doing === "all-the-same";
  return (
    <Sheet title={speak(titleOf(refusal, context.state.direction, first))} close={close}>
      <p data-testid="problem">{refusal.detail}</p>
      {text !== null && doing === null && <p class="notice">{text}</p>}
      {doing === null ? (
        <WaysOut ways={refusal.ways} take={take} />
      ) : (
        <TextForm
          testid="again"
          label={t(oneLine ? "whatWouldHaveHelped" : "edit")}
          placeholder={t(oneLine ? "oneLine" : "edit")}
          action={t("sendAgain")}
          longest={oneLine ? 500 : 2000}
          lines={!oneLine}
          start={text ?? ""}
          cancel={() => setDoing(null)}
          send={async (words) => {
            await ask(doing === "all-the-same" ? "form.all-the-same" : "form.rewrite", { ticket, id, text: words });
            reload();
          }}
        />
      )}
      <Notice text={problem} />
    </Sheet>
  );
}

function titleOf({ kind, verdict, wish }: Refusal, direction: Direction, first: string): Words {
  if (kind !== "rating") return [kind === "thanks" ? "thanksGoTo" : "wordGoesTo", first];
  return standingWords({ sending: "rejected", wish: wish ?? "given" }, verdictWords(verdict ?? "met", direction));
}

function Sheet({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }): JSX.Element {
  return (
    <>
      <div>
        <button type="button" class="close" aria-label={t("close")} onClick={close}>
          ×
        </button>
        <h1>{title}</h1>
      </div>
      {children}
    </>
  );
}

/** Tells the background how high the form is: the frame around it belongs to the page and cannot know. */
function useOwnSize(ticket: string): { current: HTMLDivElement | null } {
  const sheet = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (sheet.current === null) return;
    const observer = new ResizeObserver(() => {
      const height = (sheet.current?.offsetHeight ?? 0) + 2;
      void ask("form.size", { ticket, height }).catch(() => undefined);
    });
    observer.observe(sheet.current);
    return () => observer.disconnect();
  }, []);
  return sheet;
}
