/** One handoff's button: asks the background what is known, shows it, and carries choices there. */
import { ask, Told } from "../shared/ask.js";
import { extensionIsAlive, speak, t } from "../shared/browser.js";
import type { Handoff, HandoffState } from "../shared/handoff.js";
import type { FormView, ReadyThanks, ToPage } from "../shared/messages.js";
import { verdictWords } from "../shared/say.js";
import type { Cause, Verdict } from "../shared/api.js";
import { Button } from "./button.js";
import { place as world } from "./doorman.js";
import type { FormFrame } from "./form-frame.js";
import { keepMounted, type Mounted } from "./mount.js";
import { findAnchor, missingParts, readHandoff, type Place } from "./read-page.js";
import { CAUSES_STAY, LINE_STAYS, readyThanks, seenLine, SOON, viewOf, type Choice } from "./views.js";

/** A page that has shown nothing for so long is one that the tool file does not fit. */
const MISSING_AFTER = 5_000;
/** For so long a page that has moved on may still show what it showed before. */
const DRAWN_WITHIN = 3_000;

export class HandoffButton {
  /** Title and people, as they were read last. */
  content = "";
  readonly #button: Button;
  readonly #stop = new AbortController();
  #state: HandoffState | null = null;
  #isOpen = false;
  #isChanging = false;
  /** The rating given just now in this page: it may be undone and shows who sees it. */
  #fresh = false;
  #givenAt = 0;
  #form: FormFrame | null = null;
  #formView: FormView | null = null;
  #asked = "";
  /** The handoff as the page showed it when the state that is shown was asked for. */
  #shown: Handoff | null = null;
  /** Where the page was when it was last known to show this item. */
  #address = location.href;

  readonly #since = performance.now();
  /** What the page showed of the item before this one, while it may still show that. */
  #before: string | null;

  readonly #place: Place;
  readonly #orphaned: () => void;

  constructor(
    place: Place,
    mayFloat: () => boolean,
    orphaned: () => void,
    before: string | null,
  ) {
    this.#place = place;
    this.#before = before;
    this.#orphaned = orphaned;
    this.#button = new Button((choice) => void this.#choose(choice), this.#stop.signal);
    const events: Mounted = {
      find: (crossed) => {
        const anchor = findAnchor(place, crossed);
        return this.isDrawn() ? anchor : null;
      },
      mayFloat: () => mayFloat() && this.isDrawn(),
      placed: (where) => this.#placed(where),
      gaveUp: () => this.remove(),
    };
    keepMounted(this.#button.host, events, this.#stop.signal);
    this.#lookForMissing();
  }

  /** The page has moved, and still shows this item. */
  stay(): void {
    this.#address = location.href;
  }

  /**
   * Whether the page shows this item. After a move many pages go on showing the one before until the new one has come:
   * a rating given then would name the wrong title and the wrong person.
   */
  isDrawn(): boolean {
    const isOld = this.#before !== null && performance.now() - this.#since < DRAWN_WITHIN && contentOf(this.handoff()) === this.#before;
    if (!isOld) this.#before = null;
    return !isOld;
  }

  /** What the page shows, for the panel. */
  handoff(): Handoff {
    return readHandoff(this.#place);
  }

  remove(): void {
    this.#closeForm();
    this.#stop.abort();
  }

  hear(message: Exclude<ToPage, { type: "background.framed" }>): void {
    if (message.type === "background.changed") void this.#refresh();
    else if (message.ticket !== this.#form?.ticket) return;
    else if (message.type === "background.form-size") this.#form.resize(message.height);
    else void this.#formClosed();
  }

  /** Tells the background, once, when the tool file finds too little in this page. */
  #lookForMissing(): void {
    const timer = setTimeout(() => {
      if (document.hidden) {
        this.#lookForMissing();
        return;
      }
      const failed = missingParts(this.#place);
      // A page that asks for a password is the tool's door, not the item.
      const isItem = document.querySelector("input[type=password]") === null;
      if (failed.length > 0 && isItem && extensionIsAlive()) void ask("page.broken", { kind: this.#place.sheet.kind, failed }).catch(() => undefined);
    }, MISSING_AFTER);
    this.#stop.signal.addEventListener("abort", () => clearTimeout(timer));
  }

  #placed(where: "anchored" | "floating"): void {
    this.#button.placed(where);
    if (!extensionIsAlive()) this.#orphaned();
    else void this.#refresh();
  }

  async #choose(choice: Choice): Promise<void> {
    // Moved on a moment ago, and not yet told whether it is another item: a choice now could be meant for either.
    if (location.href !== this.#address) return;
    switch (choice) {
      case "open":
        this.#isOpen = true;
        this.#render();
        // Pages fill in their people late: what is true now counts.
        if (JSON.stringify(this.handoff()) !== this.#asked) await this.#refresh();
        return;
      case "close":
        if (this.#form !== null) return;
        this.#isOpen = this.#isChanging = false;
        this.#render();
        return;
      case "change":
        this.#isOpen = this.#isChanging = true;
        this.#render("verdict");
        return;
      case "met":
      case "exceeded":
        return this.#give(choice);
      case "undo":
        return this.#undo();
      case "missed":
        // A pooled one carries no words; an open one needs its line.
        return this.#state?.attribution === "pooled" ? this.#give(choice) : this.#openForm("missed");
      case "who":
        return this.#openForm("who");
      case "thank":
        return this.#state === null ? undefined : this.#thank(readyThanks(this.#state));
      case "early":
        return this.#thank("early");
      case "write":
        return this.#openForm("thanks");
      case "tell":
        return this.#openForm("word");
      case "why":
        return this.#openForm("rejected");
      default:
        return this.#nameCause(choice.slice("cause:".length) as Cause);
    }
  }

  /**
   * What the page shows, if it is about the one the pill names. Where the page names somebody else by now, they are
   * shown, and nothing is taken from the click: it was meant for the one before.
   */
  async #meant(): Promise<Handoff | null> {
    const [shown, known] = [this.#shown, this.#state];
    const now = this.handoff();
    if (shown === null || known === null || JSON.stringify(now.people) === JSON.stringify(shown.people)) return now;
    await this.#refresh();
    return this.#state?.subjectName === known.subjectName && this.#state.direction === known.direction ? this.handoff() : null;
  }

  async #give(verdict: Verdict): Promise<void> {
    const handoff = await this.#meant();
    const state = handoff === null ? null : await this.#tell(() => ask("page.rate", { handoff, verdict }));
    if (state === null) return;
    this.#justGiven();
    this.#know(state);
    this.#button.announce(speak(["heardGiven", verdictWords(verdict, state.direction), seenLine(state)]));
  }

  async #thank(ready: ReadyThanks): Promise<void> {
    const handoff = await this.#meant();
    const state = handoff === null ? null : await this.#tell(() => ask("page.thank", { handoff, ready }));
    if (state === null) return;
    this.#know(state);
    this.#button.announce(t("thanksSent"));
  }

  /** Names the cause of a missed, or takes it back when it is the one named already. */
  async #nameCause(pressed: Cause): Promise<void> {
    const cause = this.#state?.rating?.cause === pressed ? null : pressed;
    const state = await this.#tell(() => ask("page.cause", { handoff: this.#shown ?? this.handoff(), cause }));
    if (state === null) return;
    this.#know(state);
    this.#button.announce(cause === null ? t("takenBack") : t("causeNoted", t(`cause_${cause}`)));
  }

  async #undo(): Promise<void> {
    const state = await this.#tell(() => ask("page.withdraw", { handoff: this.#shown ?? this.handoff() }));
    if (state === null) return;
    this.#fresh = this.#isOpen = false;
    this.#know(state);
    this.#button.announce(t("takenBack"));
  }

  #justGiven(): void {
    this.#isOpen = this.#isChanging = false;
    this.#fresh = true;
    this.#givenAt = performance.now();
    for (const time of [SOON, LINE_STAYS, CAUSES_STAY]) setTimeout(() => this.#render(), time + 50);
  }

  async #openForm(view: FormView): Promise<void> {
    const handoff = await this.#meant();
    const opened = handoff === null ? null : await this.#tell(() => ask("page.open-form", { handoff, view }));
    if (opened === null || this.#stop.signal.aborted) return;
    this.#form?.remove();
    this.#formView = view;
    // The background has brought its script in before it answered.
    this.#form = world.handclaspForm?.(opened.ticket, this.#button.host, this.#button.host.dataset.theme === "dark") ?? null;
    this.#render();
  }

  async #formClosed(): Promise<void> {
    const saidWho = this.#formView === "who";
    this.#form?.remove();
    this.#form = null;
    if (!saidWho) this.#isOpen = this.#isChanging = false;
    await this.#refresh();
    this.#formView = null;
    // It was said who did it: the verdict is next.
    this.#isOpen = saidWho && this.#state?.subjectName !== null;
    this.#render(this.#isOpen ? "verdict" : "rest");
  }

  #closeForm(): void {
    const ticket = this.#form?.ticket;
    this.#form?.remove();
    this.#form = this.#formView = null;
    if (ticket !== undefined && extensionIsAlive()) void ask("page.close-form", { ticket }).catch(() => undefined);
  }

  async #refresh(): Promise<void> {
    const handoff = this.handoff();
    this.#asked = JSON.stringify(handoff);
    this.content = contentOf(handoff);
    const state = await ask("page.handoff", { handoff }).catch(() => null);
    if (!extensionIsAlive()) this.#orphaned();
    else if (state !== null && !this.#stop.signal.aborted) {
      this.#shown = handoff;
      this.#know(state);
    }
  }

  #know(state: HandoffState): void {
    const same = JSON.stringify(state) === JSON.stringify(this.#state);
    const before = this.#state?.rating?.verdict;
    this.#state = state;
    if (state.rating === null) this.#fresh = false;
    else if (this.#formView === "missed" && state.rating.verdict === "missed" && before !== "missed") this.#justGiven();
    if (!same || this.#isOpen) this.#render();
  }

  /** Runs a request of the member's; what goes wrong is said under the pill. */
  async #tell<T>(request: () => Promise<T>): Promise<T | null> {
    try {
      return await request();
    } catch (error) {
      if (!extensionIsAlive()) this.#orphaned();
      else this.#button.say(error instanceof Told ? error.message : t("somethingFailed"));
      return null;
    }
  }

  #render(focus: "keep" | "verdict" | "rest" = "keep"): void {
    if (this.#stop.signal.aborted) return;
    const [isOpen, isChanging, fresh, formView] = [this.#isOpen, this.#isChanging, this.#fresh, this.#formView];
    const form = this.#form === null ? null : formView;
    this.#button.show(viewOf(this.#state, { isOpen, isChanging, fresh, since: performance.now() - this.#givenAt, form }), focus);
  }
}

function contentOf({ item, people }: Handoff): string {
  return JSON.stringify([item.title, people]);
}
