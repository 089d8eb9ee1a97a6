/** The small parts that panel, form and options are made of. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Direction, Item, Person, Verdict } from "../shared/api.js";
import { Told } from "../shared/ask.js";
import { speak, t } from "../shared/browser.js";
import { initials, itemLine } from "../shared/item-line.js";
import { verdictWords } from "../shared/say.js";
import { ago } from "../shared/times.js";
import { toolName } from "../shared/tool-names.js";

const PATHS = {
  clasp: "M2 9.5 5.2 6.3a2 2 0 0 1 2.8 0l.9.9M14 6.5l-3.2 3.2a2 2 0 0 1-2.8 0l-.9-.9",
  missed: "M3 4.5h8M4 8l3 3 3-3",
  met: "M3 7.2 6 10l5.2-6",
  exceeded: "M3 11h8M4 7l3-3 3 3",
  you: "M8 2.6a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2ZM3.2 13.6c.4-2.6 2.2-4 4.8-4s4.4 1.4 4.8 4",
  gear: "M8 5.6a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8ZM8 1.8v1.6M8 12.6v1.6M1.8 8h1.6M12.6 8h1.6M3.6 3.6l1.1 1.1M11.3 11.3l1.1 1.1M3.6 12.4l1.1-1.1M11.3 4.7l1.1-1.1",
};

export function Sign({ name, size }: { name: keyof typeof PATHS; size?: number }): JSX.Element {
  const box = name === "clasp" || name === "gear" || name === "you" ? 16 : 14;
  return (
    <svg viewBox={`0 0 ${box} ${box}`} width={size ?? box} height={size ?? box} aria-hidden="true">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width={name === "gear" || name === "you" ? 1.4 : 1.6} stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

export const VERDICTS: readonly Verdict[] = ["missed", "met", "exceeded"];

export function VerdictWord({ verdict, children }: { verdict: Verdict; children?: ComponentChildren }): JSX.Element {
  return (
    <span class={`verdict ${verdict}`}>
      <Sign name={verdict} />
      {children ?? t(verdict)}
    </span>
  );
}

/** The three verdicts; a click on one chooses it. */
export function Verdicts(props: {
  chosen: Verdict | null;
  choose: (verdict: Verdict) => void;
  busy?: boolean;
  /** Of work (the usual case), or of an ask. */
  direction?: Direction;
}): JSX.Element {
  const { chosen, choose, busy } = props;
  return (
    <div class="verdicts" role="radiogroup" aria-label={t("yourVerdict")}>
      {VERDICTS.map((verdict) => (
        <button
          type="button"
          role="radio"
          key={verdict}
          class={verdict}
          aria-checked={verdict === chosen}
          disabled={busy === true}
          data-testid={`verdict-${verdict}`}
          onClick={() => choose(verdict)}
        >
          <Sign name={verdict} />
          {speak(verdictWords(verdict, props.direction ?? "service"))}
        </button>
      ))}
    </div>
  );
}

export function Avatar({ name }: { name: string }): JSX.Element {
  return (
    <span class="avatar" aria-hidden="true">
      {initials(name)}
    </span>
  );
}

export function ItemLine({ item }: { item: Item }): JSX.Element {
  return <div class="meta item">{itemLine(item, toolName(item.tool))}</div>;
}

export function When({ at }: { at: string }): JSX.Element {
  const said = ago(Date.parse(at), Date.now());
  const text =
    said.unit === "now"
      ? t("timeNow")
      : said.unit === "date"
        ? said.date.toLocaleDateString(undefined, { day: "numeric", month: "short" })
        : t(`time_${said.unit}`, String(said.count));
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {text}
    </time>
  );
}

export function Notice({ text }: { text: string | null }): JSX.Element {
  return (
    <div role="status" aria-live="polite">
      {text !== null && <p class="notice">{text}</p>}
    </div>
  );
}

/** What went wrong, in words for people. */
export function wordsOf(error: unknown): string {
  return error instanceof Told ? error.message : t("somethingFailed");
}

/** A line or a text with its button. Sends once, and only what is not empty unless it may be. */
export function TextForm(props: {
  label: string;
  placeholder: string;
  action: string;
  longest: number;
  lines: boolean;
  hint?: string;
  start?: string;
  /** Sent also without a word in it, as "". */
  mayBeEmpty?: boolean;
  send: (text: string) => Promise<void>;
  cancel?: () => void;
  testid: string;
}): JSX.Element {
  const [text, setText] = useState(props.start ?? "");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement | HTMLInputElement | null>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = (event: Event): void => {
    event.preventDefault();
    const plain = text.trim();
    if ((plain === "" && props.mayBeEmpty !== true) || busy) return;
    setBusy(true);
    setProblem(null);
    props
      .send(plain)
      .catch((error: unknown) => setProblem(wordsOf(error)))
      .finally(() => setBusy(false));
  };
  const shared = {
    class: "field",
    "aria-label": props.label,
    placeholder: props.placeholder,
    maxLength: props.longest,
    value: text,
    "data-testid": `${props.testid}-text`,
    onInput: (event: { currentTarget: { value: string } }) => setText(event.currentTarget.value),
  };
  return (
    <form class="row" onSubmit={submit}>
      {props.lines ? (
        <textarea
          {...shared}
          ref={(element) => void (field.current = element)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
          }}
        />
      ) : (
        <input type="text" {...shared} ref={(element) => void (field.current = element)} />
      )}
      <button type="submit" class="btn main" disabled={busy || (text.trim() === "" && props.mayBeEmpty !== true)} data-testid={`${props.testid}-send`}>
        {props.action}
      </button>
      {props.cancel !== undefined && (
        <button type="button" class="btn" onClick={props.cancel}>
          {t("cancel")}
        </button>
      )}
      {props.hint !== undefined && <span class="meta">{props.hint}</span>}
      <Notice text={problem} />
    </form>
  );
}

/** Finds a colleague: suggestions first, then the directory as one types. */
export function PeoplePicker(props: {
  label: string;
  suggestions: readonly Person[];
  search: (q: string) => Promise<Person[]>;
  pick: (person: Person) => void;
  focus?: boolean;
}): JSX.Element {
  const { search, suggestions } = props;
  const [q, setQ] = useState("");
  const [found, setFound] = useState<Person[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (props.focus === true) field.current?.focus();
  }, []);
  useEffect(() => {
    if (q.trim() === "") {
      setFound(null);
      return;
    }
    let current = true;
    const timer = setTimeout(() => {
      search(q.trim())
        .then((people) => {
          if (!current) return;
          setFound(people);
          setProblem(null);
        })
        .catch((error: unknown) => {
          if (current) setProblem(wordsOf(error));
        });
    }, 150);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [q]);
  const shown = found ?? suggestions;
  return (
    <div>
      <input
        ref={field}
        type="search"
        class="field"
        aria-label={props.label}
        placeholder={props.label}
        value={q}
        autocomplete="off"
        data-testid="people-search"
        onInput={(event) => setQ(event.currentTarget.value)}
      />
      <ul class="people" data-testid="people">
        {shown.map((person) => (
          <li key={person.id}>
            <button type="button" onClick={() => props.pick(person)} data-testid={`person-${person.id}`}>
              <Avatar name={person.name} />
              <span>
                {person.name}
                {person.team !== null && <span class="meta">{person.team.name}</span>}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <Notice text={problem ?? (found?.length === 0 ? t("nobodyFound") : null)} />
    </div>
  );
}
