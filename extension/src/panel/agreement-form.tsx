/** What is needed and by when: typed for a proposal, its change, and another way. */
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { localDate, LONGEST_NEED } from "../shared/agreements.js";
import { t } from "../shared/browser.js";
import { Notice, wordsOf } from "./parts.js";

export interface Wanted {
  need: string;
  due: string | null;
}

export function AgreementForm(props: {
  label: string;
  placeholder: string;
  action: string;
  start: Wanted;
  hint?: string;
  /** For another way: it has to differ from what was asked. */
  differsFrom?: Wanted;
  send: (wanted: Wanted) => Promise<void>;
  cancel: () => void;
  testid: string;
}): JSX.Element {
  const [need, setNeed] = useState(props.start.need);
  const [due, setDue] = useState(props.start.due ?? "");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  useEffect(() => field.current?.focus(), []);
  const wanted: Wanted = { need: need.trim(), due: due === "" ? null : due };
  const submit = (event: Event): void => {
    event.preventDefault();
    if (wanted.need === "" || busy) return;
    if (wanted.need === props.differsFrom?.need && wanted.due === props.differsFrom.due) {
      setProblem(t("sayAnotherWay"));
      return;
    }
    setBusy(true);
    setProblem(null);
    props
      .send(wanted)
      .catch((error: unknown) => setProblem(wordsOf(error)))
      .finally(() => setBusy(false));
  };
  const left = LONGEST_NEED - need.length;
  return (
    <form class="fields" onSubmit={submit} data-testid={`${props.testid}-form`}>
      <label>
        {props.label}
        <textarea
          ref={field}
          class="field"
          placeholder={props.placeholder}
          maxLength={LONGEST_NEED}
          value={need}
          aria-describedby={`${id}-left`}
          data-testid={`${props.testid}-need`}
          onInput={(event) => setNeed(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
          }}
        />
      </label>
      <span class="meta left" id={`${id}-left`}>
        {t("charactersLeft", String(left))}
      </span>
      <label>
        {t("byWhen")}
        <input
          type="date"
          class="field date"
          min={localDate(new Date())}
          value={due}
          data-testid={`${props.testid}-due`}
          onInput={(event) => setDue(event.currentTarget.value)}
        />
      </label>
      <div class="row">
        <button type="submit" class="btn main" disabled={busy || wanted.need === ""} data-testid={`${props.testid}-send`}>
          {props.action}
        </button>
        <button type="button" class="btn" onClick={props.cancel}>
          {t("cancel")}
        </button>
      </div>
      {props.hint !== undefined && <p class="meta">{props.hint}</p>}
      <Notice text={problem} />
    </form>
  );
}

/** A no: why, and what could be done instead. Both are needed, for a bare no helps nobody. */
export function DeclineForm(props: {
  first: string;
  start: { reason: string; alternative: string };
  send: (reason: string, alternative: string) => Promise<void>;
  cancel: () => void;
}): JSX.Element {
  const [reason, setReason] = useState(props.start.reason);
  const [alternative, setAlternative] = useState(props.start.alternative);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (busy) return;
    if (reason.trim() === "" || alternative.trim() === "") {
      setProblem(t("noNeedsBoth"));
      return;
    }
    setBusy(true);
    setProblem(null);
    props
      .send(reason.trim(), alternative.trim())
      .catch((error: unknown) => setProblem(wordsOf(error)))
      .finally(() => setBusy(false));
  };
  return (
    <form class="fields" onSubmit={submit} data-testid="decline-form">
      <p class="meta">{t("earlyNo", props.first)}</p>
      <label>
        {t("whyNot")}
        <input
          ref={field}
          type="text"
          class="field"
          maxLength={LONGEST_NEED}
          value={reason}
          data-testid="decline-reason"
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <label>
        {t("whatInstead")}
        <input
          type="text"
          class="field"
          maxLength={LONGEST_NEED}
          placeholder={t("whatInsteadSuch")}
          value={alternative}
          data-testid="decline-alternative"
          onInput={(event) => setAlternative(event.currentTarget.value)}
        />
      </label>
      <div class="row">
        <button type="submit" class="btn main" disabled={busy} data-testid="decline-send">
          {t("sendNo")}
        </button>
        <button type="button" class="btn" onClick={props.cancel}>
          {t("cancel")}
        </button>
      </div>
      <Notice text={problem} />
    </form>
  );
}
