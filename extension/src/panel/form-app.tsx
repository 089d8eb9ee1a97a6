/** The form in the page: says what would have helped, sends thanks, tells who did it, or mends what was refused. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../shared/ask.js";
import { t } from "../shared/browser.js";
import { firstName } from "../shared/handoff.js";
import type { FormContext } from "../shared/messages.js";
import { ItemLine, Notice, PeoplePicker, TextForm, wordsOf } from "./parts.js";

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
  if (view === "rejected") return <Rejected ticket={ticket} context={context} close={close} reload={reload} />;
  if (view === "who" || name === null) return <Who ticket={ticket} context={context} close={close} done={view === "who" ? close : reload} message="form.pick" />;
  const first = firstName(name);
  if (view === "missed") {
    return (
      <Sheet title={t("whatWouldHaveHelped")} close={close}>
        <ItemLine item={handoff.item} />
        <TextForm
          testid="missed"
          label={t("whatWouldHaveHelped")}
          placeholder={t("oneLine")}
          action={t("send")}
          longest={500}
          lines={false}
          hint={state.attribution === "pooled" ? t("seenPooled", first) : t("seenNamed", first)}
          send={async (text) => {
            await ask("form.missed", { ticket, text });
            close();
          }}
        />
      </Sheet>
    );
  }
  return (
    <Sheet title={t("thankPerson", first)} close={close}>
      <ItemLine item={handoff.item} />
      <TextForm
        testid="thanks"
        label={t("thankPerson", first)}
        placeholder={t("sayThankYou", first)}
        action={t("sendThanks")}
        longest={2000}
        lines={true}
        hint={t("thanksArePrivate", first)}
        send={async (text) => {
          await ask("form.thanks", { ticket, text });
          close();
        }}
      />
    </Sheet>
  );
}

interface WhoProps extends Omit<ViewProps, "reload"> {
  done: () => void;
  /** What the choice is for: this handoff from now on, or the rating the server has refused. */
  message: "form.pick" | "form.readdress";
}

function Who({ ticket, context, close, done, message }: WhoProps): JSX.Element {
  const [problem, setProblem] = useState<string | null>(null);
  const { handle } = context.suggestions;
  return (
    <Sheet title={t("whoDidThis")} close={close}>
      <p class="meta">{handle === null ? t("whoOnceItem") : t("whoOnceHandle", handle)}</p>
      <PeoplePicker
        focus
        label={t("searchByName")}
        suggestions={context.suggestions.people}
        search={(q) => ask("form.people", { ticket, q })}
        pick={(person) => {
          ask(message, { ticket, person })
            .then(done)
            .catch((error: unknown) => setProblem(wordsOf(error)));
        }}
      />
      <Notice text={problem} />
    </Sheet>
  );
}

function Rejected({ ticket, context, close }: ViewProps): JSX.Element {
  const [choosing, setChoosing] = useState(false);
  const verdict = context.state.rating?.verdict ?? "met";
  if (choosing) return <Who ticket={ticket} context={context} close={close} done={close} message="form.readdress" />;
  return (
    <Sheet title={t("notAccepted", t(verdict))} close={close}>
      <p data-testid="problem">{context.state.rating?.problem}</p>
      <div class="row">
        <button type="button" class="btn" data-testid="choose-who" onClick={() => setChoosing(true)}>
          {t("chooseWho")}
        </button>
        <button type="button" class="btn" data-testid="discard" onClick={() => void ask("form.discard", { ticket }).then(close)}>
          {t("discard")}
        </button>
      </div>
    </Sheet>
  );
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
