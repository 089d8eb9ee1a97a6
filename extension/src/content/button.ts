/**
 * The button's looks: one pill in a closed shadow root that opens in place. It knows nothing of handoffs; it shows
 * what it is told and says what was chosen. Only trusted events count, and only while the pill can be seen.
 */
import { speak, t } from "../shared/browser.js";
import type { Sending } from "../shared/handoff.js";
import { newClickGuard } from "./click-guard.js";
import { sign, type Sign } from "./signs.js";
import { addStyle, STYLE } from "./style.js";
import { isDarkAround } from "./theme.js";
import { NO_CARD, type Card, type Choice, type Chip, type Part, type View } from "./views.js";
import { watchVisibility, type Visibility } from "./visible.js";

/** What the page can see of the state: never the verdict. */
const OUTER_STATE: Record<Sending, string> = { sent: "stored", waiting: "waiting", rejected: "rejected" };
const LEAVE_AFTER = 300;
/** Less than this is no new line. */
const SAME_LINE = 8;
/** As near as this an open pill comes to the window's edge. */
const EDGE = 8;

export class Button {
  readonly host: HTMLElement;
  readonly #pill = document.createElement("span");
  readonly #room = document.createElement("span");
  readonly #card = document.createElement("span");
  readonly #heard = document.createElement("span");
  readonly #visibility: { pill: Visibility; card: Visibility };
  readonly #guard = newClickGuard();
  #view: View = { kind: "rest", words: ["rateThisHandoff"], card: NO_CARD, shown: false };
  /** True while pointer or focus rest on pill or card: then the card stays. */
  #pointed = false;
  /** True after Escape: the card is gone until it is asked for again. */
  #dismissed = false;
  /** What the part pointed at would send. */
  #hint: string | null = null;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  /** True while the focus comes back after Escape: it must not open the pill again. */
  #staying = false;

  readonly #chosen: (choice: Choice) => void;

  constructor(
    chosen: (choice: Choice) => void,
    signal: AbortSignal,
  ) {
    this.#chosen = chosen;
    this.host = document.createElement("handclasp-button");
    const root = this.host.attachShadow({ mode: "closed" });
    addStyle(root, STYLE);
    this.#room.className = "room";
    this.#pill.className = "pill";
    this.#card.className = "card";
    this.#card.id = "card";
    this.#heard.className = "heard";
    this.#heard.setAttribute("role", "status");
    root.append(this.#room, this.#pill, this.#card, this.#heard);
    this.#visibility = { pill: watchVisibility(this.#pill, signal), card: watchVisibility(this.#card, signal) };
    for (const area of [this.#pill, this.#card]) this.#listen(area, signal);
    signal.addEventListener("abort", () => clearTimeout(this.#leaving));
    this.show(this.#view);
  }

  show(view: View, focus: "keep" | "verdict" | "rest" = "keep"): void {
    // What is the same stays: pointer and focus rest on it.
    if (focus === "keep" && this.#pill.hasChildNodes() && sameParts(view, this.#view)) {
      this.#view = view;
      this.#showCard();
      return;
    }
    const hadFocus = this.#pill.matches(":focus-within");
    this.#view = view;
    this.#hint = null;
    this.#dismissed = false;
    this.host.dataset.state = view.kind === "given" ? OUTER_STATE[view.sending] : view.kind;
    this.#pill.classList.toggle("open", view.kind === "open");
    this.#pill.replaceChildren(...this.#parts(view));
    if (view.kind === "open" || view.kind === "given") {
      this.#pill.setAttribute("role", view.kind === "open" ? "toolbar" : "group");
      this.#pill.setAttribute("aria-label", t("rateThisHandoff"));
    } else {
      this.#pill.removeAttribute("role");
      this.#pill.removeAttribute("aria-label");
    }
    this.#showCard();
    this.#fit();
    if (focus !== "keep" || hadFocus) this.#focus(focus);
  }

  /** Says something under the pill and to a screen reader, until the next view. */
  say(text: string): void {
    this.#draw({ ...NO_CARD, lines: [["verbatim", text]] });
    this.#heard.textContent = text;
  }

  /** Says something to a screen reader only. */
  announce(text: string): void {
    this.#heard.textContent = text;
  }

  /** Called when the pill has been put somewhere else. */
  placed(where: "anchored" | "floating"): void {
    this.#room.style.width = "";
    this.host.dataset.place = where;
    this.host.dataset.theme = isDarkAround(this.host.parentElement ?? document.documentElement) ? "dark" : "light";
    this.#fit();
  }

  #parts(view: View): HTMLElement[] {
    switch (view.kind) {
      case "rest":
        return [this.#button("rest", "open", speak(view.words), "clasp", { "aria-expanded": "false" })];
      case "open":
        return view.who === null
          ? [this.#button("ask", "who", speak(view.ask), "clasp")]
          : [this.#name(speak(view.who)), ...view.verdicts.map((each) => this.#verdict(each, view.chosen))];
      case "given":
        return [this.#given(view), ...view.parts.map((part) => this.#part(part))];
      case "refused":
        return view.parts.map((part) => (part.choice === null ? this.#reason(part, view.card) : this.#button("link", part.choice, speak(part.words), "clasp")));
    }
  }

  #part(part: Part): HTMLElement {
    const words = speak(part.words);
    if (part.choice === null) return this.#text(words, "dim");
    const button = part.sign === undefined ? this.#button("link", part.choice, words) : this.#drawn(part.sign, part.choice, words);
    if (part.hint !== undefined) button.dataset.hint = speak(part.hint);
    return button;
  }

  /** A button with a sign for its face; its words are its name. */
  #drawn(face: Sign, choice: Choice, words: string): HTMLButtonElement {
    return this.#button("link", choice, "", face, { "aria-label": words, title: words });
  }

  #given({ verdict, words, sending }: Extract<View, { kind: "given" }>): HTMLElement {
    // What was refused is no verdict: it has no verdict's colour.
    const part = this.#text(speak(words), sending === "rejected" ? "refused" : verdict);
    part.prepend(sign(verdict));
    // After Enter the focus rests here, and not on Undo.
    part.tabIndex = -1;
    return part;
  }

  #name(who: string): HTMLElement {
    const part = document.createElement("span");
    part.className = "part who";
    const words = document.createElement("span");
    words.textContent = who;
    part.append(sign("clasp"), words);
    return part;
  }

  #verdict({ verdict, words }: Extract<View, { kind: "open" }>["verdicts"][number], chosen: string | null): HTMLElement {
    const button = this.#button(verdict, verdict, speak(words), verdict, { "aria-describedby": "card" });
    button.tabIndex = verdict === (chosen ?? "met") ? 0 : -1;
    button.ariaPressed = String(verdict === chosen);
    return button;
  }

  #text(words: string, className: string): HTMLElement {
    const part = document.createElement("span");
    part.className = `part ${className}`;
    part.append(words);
    return part;
  }

  #reason({ words }: Part, { lines }: Card): HTMLElement {
    const part = this.#text(speak(words), "dim");
    part.tabIndex = 0;
    part.setAttribute("role", "note");
    part.setAttribute("aria-label", [words, ...lines].map(speak).join(". "));
    return part;
  }

  #button(className: string, choice: Choice, words: string, drawn?: Parameters<typeof sign>[0], attributes: Record<string, string> = {}): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = className;
    for (const [name, value] of Object.entries(attributes)) button.setAttribute(name, value);
    if (drawn !== undefined) button.append(sign(drawn));
    button.append(words);
    button.dataset.choice = choice;
    button.addEventListener("click", (event) => this.#click(event, choice));
    return button;
  }

  #click(event: MouseEvent, choice: Choice): void {
    event.stopPropagation();
    if (!event.isTrusted) return;
    // Also under a verdict just given: the second click of a double one means nothing.
    if (choice !== "open" && event.detail > 0 && !this.#guard.means(event)) return;
    this.#guard.changed(event);
    // By keyboard (detail 0) the focus goes on to the verdicts; a pointer needs none.
    const byKeyboard = event.detail === 0;
    const seen = event.currentTarget instanceof Node && this.#card.contains(event.currentTarget) ? this.#visibility.card : this.#visibility.pill;
    if (seen.known()) {
      this.#choose(choice, byKeyboard);
      return;
    }
    const before = this.#view;
    void seen.look().then((visible) => {
      if (!visible) this.say(t("covered"));
      else if (sameParts(this.#view, before)) this.#choose(choice, byKeyboard);
    });
  }

  #choose(choice: Choice, byKeyboard: boolean): void {
    this.#chosen(choice);
    if (choice === "open" && byKeyboard) this.#focus("verdict");
  }

  #listen(area: HTMLElement, signal: AbortSignal): void {
    area.addEventListener("pointerenter", (event) => this.#enter(event), { signal });
    // After Undo or Escape the pointer rests on the pill already: moving on it is pointing at it again.
    area.addEventListener("pointermove", (event) => (this.#guard.means(event) ? this.#enter(event) : undefined), { signal });
    area.addEventListener("pointerleave", () => this.#leave(), { signal });
    area.addEventListener("focusin", () => this.#focused(), { signal });
    area.addEventListener("focusout", () => this.#leave(), { signal });
    area.addEventListener("keydown", (event) => this.#key(event), { signal });
    for (const type of ["keyup", "keypress", "pointerdown", "mousedown", "mouseup", "dblclick"]) {
      area.addEventListener(type, (event) => event.stopPropagation(), { signal });
    }
  }

  #enter(event: PointerEvent): void {
    clearTimeout(this.#leaving);
    if (!event.isTrusted || event.pointerType === "touch") return;
    if (this.#view.kind === "rest") {
      this.#guard.changed(event);
      this.#chosen("open");
    } else {
      this.#attend(event.target);
    }
  }

  #focused(): void {
    clearTimeout(this.#leaving);
    const focused = this.#pill.querySelector(":focus-visible") ?? this.#card.querySelector(":focus-visible");
    if (this.#staying || focused === null) return;
    if (this.#view.kind === "rest") {
      this.#chosen("open");
      this.#focus("verdict");
    } else {
      this.#attend(focused);
    }
  }

  /** Pointed at: the card shows, with what the very part would send. */
  #attend(target: EventTarget | null): void {
    const part = target instanceof Element ? target.closest<HTMLElement>("[data-hint]") : null;
    const hint = part?.dataset.hint ?? null;
    if (this.#pointed && hint === this.#hint) return;
    this.#pointed = true;
    this.#hint = hint;
    this.#showCard();
  }

  #leave(): void {
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => {
      if (this.#isRestedOn()) return;
      this.#staying = this.#pointed = this.#dismissed = false;
      this.#hint = null;
      if (this.#view.kind === "open") this.#chosen("close");
      else this.#showCard();
    }, LEAVE_AFTER);
  }

  #isRestedOn(): boolean {
    const focus = this.#view.kind === "open" ? ":focus-within" : ":has(:focus-visible)";
    return [this.#pill, this.#card].some((area) => area.matches(":hover") || area.matches(focus));
  }

  #key(event: KeyboardEvent): void {
    event.stopPropagation();
    // A held key opens and would store in one go.
    if (event.repeat) event.preventDefault();
    if (event.key === "Escape" && this.#view.kind === "open") {
      event.preventDefault();
      this.#chosen("close");
      this.#focus("rest");
      return;
    }
    if (event.key === "Escape" && this.#card.hasChildNodes()) {
      event.preventDefault();
      const wasInside = this.#card.matches(":focus-within");
      this.#dismissed = true;
      this.#showCard();
      if (wasInside) this.#focus("rest");
      return;
    }
    const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const buttons = [...this.#pill.querySelectorAll("button")];
    const at = buttons.findIndex((button) => button.matches(":focus"));
    const step = steps[event.key];
    if (step === undefined || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    if (this.#view.kind === "open") for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next?.focus();
  }

  #focus(where: "keep" | "verdict" | "rest"): void {
    const preferred = where === "verdict" ? this.#pill.querySelector<HTMLElement>("button[tabindex='0']") : null;
    if (this.#view.kind === "rest") this.#staying = true;
    const usual = this.#pill.querySelector<HTMLElement>(this.#view.kind === "given" ? "[tabindex]" : "button, [tabindex]");
    (preferred ?? usual)?.focus({ preventScroll: true });
  }

  #showCard(): void {
    const { card, shown } = this.#view;
    if (this.#dismissed || (!shown && !this.#pointed)) this.#draw(NO_CARD);
    else this.#draw(this.#hint === null ? card : { ...card, agreed: null, lines: [["verbatim", this.#hint]] });
  }

  /** Draws what lies under the pill, unless it lies there already: pointer and focus may rest on it. */
  #draw(card: Card): void {
    const drawn = JSON.stringify(card);
    if (this.#card.dataset.drawn === drawn) return;
    this.#card.dataset.drawn = drawn;
    const focused = this.#card.querySelector<HTMLElement>(":focus")?.dataset.choice;
    const agreed = card.agreed === null ? [] : [this.#text(speak(card.agreed), "line agreed")];
    const lines = card.lines.map((line) => this.#text(speak(line), "line"));
    const title = card.title === null ? [] : [this.#text(speak(card.title), "line")];
    const chips = document.createElement("span");
    chips.className = "chips";
    chips.setAttribute("role", "group");
    if (card.title !== null) chips.setAttribute("aria-label", speak(card.title));
    chips.append(...card.chips.map((chip) => this.#chip(chip)));
    this.#card.replaceChildren(...agreed, ...lines, ...title, ...(card.chips.length === 0 ? [] : [chips]));
    if (focused !== undefined) this.#card.querySelector<HTMLElement>(`[data-choice="${focused}"]`)?.focus({ preventScroll: true });
    this.#fit();
  }

  #chip({ choice, words, pressed }: Chip): HTMLElement {
    return this.#button("chip", choice, speak(words), undefined, pressed === null ? {} : { "aria-pressed": String(pressed) });
  }

  /** Gives the pill its room in the line, but not while it is open: opening moves nothing, and stays in the window. */
  #fit(): void {
    const width = this.#pill.offsetWidth;
    if (this.#view.kind !== "open") this.#makeRoom(width);
    const { left } = this.host.getBoundingClientRect();
    const over = left + width - (document.documentElement.clientWidth - EDGE);
    const shift = -Math.max(0, Math.min(over, left - EDGE));
    this.#pill.style.left = this.#card.style.left = `${shift}px`;
  }

  /** Where a wider pill would break the line and push the page down, it keeps its room and lies over what follows. */
  #makeRoom(width: number): void {
    const before = this.#room.style.width;
    const { top } = this.host.getBoundingClientRect();
    this.#room.style.width = `${width}px`;
    if (before === "" || before === "0px" || Math.abs(this.host.getBoundingClientRect().top - top) < SAME_LINE) return;
    this.#room.style.width = before;
  }
}

/** Whether the pill's own parts are the same; what lies under it is drawn apart. */
function sameParts(one: View, other: View): boolean {
  return JSON.stringify({ ...one, card: null, shown: null }) === JSON.stringify({ ...other, card: null, shown: null });
}
