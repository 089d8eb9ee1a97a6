/**
 * The button's looks: one pill in a closed shadow root that opens in place. It knows nothing of handoffs; it shows
 * what it is told and says what was chosen. Only trusted events count, and only while the pill can be seen.
 */
import type { Verdict } from "../shared/api.js";
import { t } from "../shared/browser.js";
import type { Sending } from "../shared/handoff.js";
import { newClickGuard } from "./click-guard.js";
import { sign } from "./signs.js";
import { addStyle, STYLE } from "./style.js";
import { isDarkAround } from "./theme.js";
import { watchVisibility, type Visibility } from "./visible.js";

export type View =
  | { kind: "rest" }
  | { kind: "open"; who: string | null; line: string; chosen: Verdict | null }
  | { kind: "given"; verdict: Verdict; sending: Sending; fresh: boolean; thank: string | null; line: string }
  | { kind: "refused"; label: string; line: string; thank: string | null };

export type Choice = Verdict | "open" | "close" | "who" | "undo" | "change" | "thank" | "why";

/** What the page can see of the state: never the verdict. */
const OUTER_STATE: Record<Sending, string> = { sent: "stored", waiting: "waiting", rejected: "rejected" };
const VERDICTS: readonly Verdict[] = ["missed", "met", "exceeded"];
const LEAVE_AFTER = 300;
/** Less than this is no new line. */
const SAME_LINE = 8;
/** As near as this an open pill comes to the window's edge. */
const EDGE = 8;

export class Button {
  readonly host: HTMLElement;
  private readonly pill = document.createElement("span");
  private readonly room = document.createElement("span");
  private readonly line = document.createElement("span");
  private readonly heard = document.createElement("span");
  private readonly visibility: Visibility;
  private readonly guard = newClickGuard();
  private view: View = { kind: "rest" };
  private leaving: ReturnType<typeof setTimeout> | undefined;
  /** True while the focus comes back after Escape: it must not open the pill again. */
  private staying = false;

  constructor(
    private readonly chosen: (choice: Choice) => void,
    signal: AbortSignal,
  ) {
    this.host = document.createElement("handclasp-button");
    const root = this.host.attachShadow({ mode: "closed" });
    addStyle(root, STYLE);
    this.room.className = "room";
    this.pill.className = "pill";
    this.line.className = "line";
    this.line.id = "line";
    this.heard.className = "heard";
    this.heard.setAttribute("role", "status");
    root.append(this.room, this.pill, this.line, this.heard);
    this.visibility = watchVisibility(this.pill, signal);
    this.listen(signal);
    this.show({ kind: "rest" });
  }

  show(view: View, focus: "keep" | "verdict" | "rest" = "keep"): void {
    // What is the same stays: pointer and focus rest on it.
    if (focus === "keep" && this.pill.hasChildNodes() && sameParts(view, this.view)) {
      this.view = view;
      this.showLine(lineOf(view));
      return;
    }
    const hadFocus = this.pill.matches(":focus-within");
    this.view = view;
    this.host.dataset.state = view.kind === "given" ? OUTER_STATE[view.sending] : view.kind;
    this.pill.classList.toggle("open", view.kind === "open");
    this.pill.replaceChildren(...this.parts(view));
    if (view.kind === "open" || view.kind === "given") {
      this.pill.setAttribute("role", view.kind === "open" ? "toolbar" : "group");
      this.pill.setAttribute("aria-label", t("rateThisHandoff"));
    } else {
      this.pill.removeAttribute("role");
      this.pill.removeAttribute("aria-label");
    }
    this.showLine(lineOf(view));
    this.fit();
    if (focus !== "keep" || hadFocus) this.focus(focus);
  }

  /** Says something under the pill and to a screen reader, until the next view. */
  say(text: string): void {
    this.showLine(text);
    this.heard.textContent = text;
  }

  /** Says something to a screen reader only. */
  announce(text: string): void {
    this.heard.textContent = text;
  }

  /** Called when the pill has been put somewhere else. */
  placed(where: "anchored" | "floating"): void {
    this.room.style.width = "";
    this.host.dataset.place = where;
    this.host.dataset.theme = isDarkAround(this.host.parentElement ?? document.documentElement) ? "dark" : "light";
    this.fit();
  }

  private parts(view: View): HTMLElement[] {
    switch (view.kind) {
      case "rest":
        return [this.button("rest", "open", t("rateThisHandoff"), "clasp", { "aria-expanded": "false" })];
      case "open":
        return view.who === null
          ? [this.button("ask", "who", t("whoDidThis"), "clasp")]
          : [this.name(view.who), ...VERDICTS.map((verdict) => this.verdict(verdict, view.chosen))];
      case "given":
        return [this.given(view.verdict, view.sending), ...this.afterwards(view)];
      case "refused":
        return [view.thank === null ? this.reason(view) : this.button("link", "thank", t("thankPerson", view.thank), "clasp")];
    }
  }

  private afterwards(view: Extract<View, { kind: "given" }>): HTMLElement[] {
    if (view.sending === "rejected") return [this.button("link", "why", t("seeWhy"))];
    const thank = view.thank === null ? [] : [this.button("link", "thank", t("thankPerson", view.thank))];
    const change = view.fresh ? [] : [this.button("link", "change", t("change"))];
    return [...change, this.button("link", "undo", t("undo")), ...thank];
  }

  private given(verdict: Verdict, sending: Sending): HTMLElement {
    const words = { sent: t(verdict), waiting: t("notSentYet", t(verdict)), rejected: t("notAccepted", t(verdict)) };
    const part = this.text(words[sending], verdict);
    part.prepend(sign(verdict));
    // After Enter the focus rests here, and not on Undo.
    part.tabIndex = -1;
    return part;
  }

  private name(who: string): HTMLElement {
    const part = document.createElement("span");
    part.className = "part who";
    const words = document.createElement("span");
    words.textContent = who;
    part.append(sign("clasp"), words);
    return part;
  }

  private verdict(verdict: Verdict, chosen: Verdict | null): HTMLElement {
    const button = this.button(verdict, verdict, t(verdict), verdict, { "aria-describedby": "line" });
    button.tabIndex = verdict === (chosen ?? "met") ? 0 : -1;
    button.ariaPressed = String(verdict === chosen);
    return button;
  }

  private text(words: string, className: string): HTMLElement {
    const part = document.createElement("span");
    part.className = `part ${className}`;
    part.append(words);
    return part;
  }

  private reason({ label, line }: Extract<View, { kind: "refused" }>): HTMLElement {
    const part = this.text(label, "dim");
    part.tabIndex = 0;
    part.setAttribute("role", "note");
    part.setAttribute("aria-label", `${label}. ${line}`);
    return part;
  }

  private button(className: string, choice: Choice, words: string, drawn?: Parameters<typeof sign>[0], attributes: Record<string, string> = {}): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = className;
    for (const [name, value] of Object.entries(attributes)) button.setAttribute(name, value);
    if (drawn !== undefined) button.append(sign(drawn));
    button.append(words);
    button.addEventListener("click", (event) => this.click(event, choice));
    return button;
  }

  private click(event: MouseEvent, choice: Choice): void {
    event.stopPropagation();
    if (!event.isTrusted) return;
    if (choice !== "open" && this.view.kind === "open" && event.detail > 0 && !this.guard.means(event)) return;
    this.guard.changed(event);
    // By keyboard (detail 0) the focus goes on to the verdicts; a pointer needs none.
    const byKeyboard = event.detail === 0;
    if (this.visibility.known()) {
      this.choose(choice, byKeyboard);
      return;
    }
    const before = this.view;
    void this.visibility.look().then((visible) => {
      if (!visible) this.say(t("covered"));
      else if (sameParts(this.view, before)) this.choose(choice, byKeyboard);
    });
  }

  private choose(choice: Choice, byKeyboard: boolean): void {
    this.chosen(choice);
    if (choice === "open" && byKeyboard) this.focus("verdict");
  }

  private listen(signal: AbortSignal): void {
    const { pill } = this;
    pill.addEventListener("pointerenter", (event) => this.enter(event), { signal });
    // After Undo or Escape the pointer rests on the pill already: moving on it is pointing at it again.
    pill.addEventListener("pointermove", (event) => (this.guard.means(event) ? this.enter(event) : undefined), { signal });
    pill.addEventListener("pointerleave", () => this.leave(), { signal });
    pill.addEventListener("focusin", () => this.focused(), { signal });
    pill.addEventListener("focusout", () => this.leave(), { signal });
    pill.addEventListener("keydown", (event) => this.key(event), { signal });
    for (const type of ["keyup", "keypress", "pointerdown", "mousedown", "mouseup", "dblclick"]) {
      pill.addEventListener(type, (event) => event.stopPropagation(), { signal });
    }
    signal.addEventListener("abort", () => clearTimeout(this.leaving));
  }

  private enter(event: PointerEvent): void {
    clearTimeout(this.leaving);
    if (!event.isTrusted || event.pointerType === "touch") return;
    if (this.view.kind === "rest") {
      this.guard.changed(event);
      this.chosen("open");
    } else if (this.view.kind === "refused") {
      this.showLine(this.view.line);
    }
  }

  private focused(): void {
    clearTimeout(this.leaving);
    if (this.staying || !this.pill.querySelector(":focus-visible")) return;
    if (this.view.kind === "rest") {
      this.chosen("open");
      this.focus("verdict");
    } else if (this.view.kind === "refused") {
      this.showLine(this.view.line);
    }
  }

  private leave(): void {
    clearTimeout(this.leaving);
    this.leaving = setTimeout(() => {
      if (this.pill.matches(":hover") || this.pill.matches(":focus-within")) return;
      this.staying = false;
      if (this.view.kind === "open") this.chosen("close");
      else if (this.view.kind === "refused") this.showLine("");
    }, LEAVE_AFTER);
  }

  private key(event: KeyboardEvent): void {
    event.stopPropagation();
    // A held key opens and would store in one go.
    if (event.repeat) event.preventDefault();
    if (event.key === "Escape" && this.view.kind === "open") {
      event.preventDefault();
      this.chosen("close");
      this.focus("rest");
      return;
    }
    const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const buttons = [...this.pill.querySelectorAll("button")];
    const at = buttons.findIndex((button) => button.matches(":focus"));
    const step = steps[event.key];
    if (step === undefined || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    if (this.view.kind === "open") for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next?.focus();
  }

  private focus(where: "keep" | "verdict" | "rest"): void {
    const preferred = where === "verdict" ? this.pill.querySelector<HTMLElement>("button[tabindex='0']") : null;
    if (this.view.kind === "rest") this.staying = true;
    const usual = this.pill.querySelector<HTMLElement>(this.view.kind === "given" ? "[tabindex]" : "button, [tabindex]");
    (preferred ?? usual)?.focus({ preventScroll: true });
  }

  private showLine(text: string): void {
    this.line.textContent = text;
  }

  /** Gives the pill its room in the line, but not while it is open: opening moves nothing, and stays in the window. */
  private fit(): void {
    const width = this.pill.offsetWidth;
    if (this.view.kind !== "open") this.makeRoom(width);
    const { left } = this.host.getBoundingClientRect();
    const over = left + width - (document.documentElement.clientWidth - EDGE);
    const shift = -Math.max(0, Math.min(over, left - EDGE));
    this.pill.style.left = this.line.style.left = `${shift}px`;
  }

  /** Where a wider pill would break the line and push the page down, it keeps its room and lies over what follows. */
  private makeRoom(width: number): void {
    const before = this.room.style.width;
    const { top } = this.host.getBoundingClientRect();
    this.room.style.width = `${width}px`;
    if (before === "" || before === "0px" || Math.abs(this.host.getBoundingClientRect().top - top) < SAME_LINE) return;
    this.room.style.width = before;
  }
}

/** What stands under the pill while it is shown so; a refusal's reason only while it is pointed at. */
function lineOf(view: View): string {
  return view.kind === "open" || (view.kind === "given" && view.fresh) ? view.line : "";
}

function sameParts(one: View, other: View): boolean {
  return JSON.stringify({ ...one, line: "" }) === JSON.stringify({ ...other, line: "" });
}
