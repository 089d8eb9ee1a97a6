/** One handoff's button: asks the background what is known, shows it, and carries choices there. */
import { ask, Told } from "../shared/ask.js";
import { extensionIsAlive, t } from "../shared/browser.js";
import { firstName, type Handoff, type HandoffState } from "../shared/handoff.js";
import type { Match } from "../shared/matcher.js";
import type { FormView, ToPage } from "../shared/messages.js";
import type { Tool } from "../shared/tool.js";
import { Button, type Choice, type View } from "./button.js";
import { openFormFrame, type FormFrame } from "./form-frame.js";
import { keepMounted } from "./mount.js";
import { readHandoff } from "./read-page.js";

/** So long a verdict may be on its way before the button says that it is not sent yet. */
const SOON = 1_500;
/** So long the line of who sees it stays under a verdict: it lies over the page. */
const LINE_STAYS = 8_000;

export class HandoffButton {
  private readonly button: Button;
  private readonly stop = new AbortController();
  private state: HandoffState | null = null;
  private isOpen = false;
  private isChanging = false;
  /** The rating given just now in this page: it may be undone and shows who sees it. */
  private fresh = false;
  private givenAt = 0;
  private form: FormFrame | null = null;
  private formView: FormView | null = null;
  private asked = "";

  constructor(
    private readonly tool: Tool,
    private readonly match: Match,
    private readonly orphaned: () => void,
  ) {
    this.button = new Button((choice) => void this.choose(choice), this.stop.signal);
    const events = { placed: (where: "anchored" | "floating") => this.placed(where), gaveUp: () => this.remove() };
    keepMounted(this.button.host, tool, events, this.stop.signal);
  }

  isFor(match: Match): boolean {
    return match.tool === this.match.tool && match.host === this.match.host && match.key === this.match.key;
  }

  /** What the page shows, for the panel. */
  handoff(): Handoff {
    return readHandoff(this.tool, this.match);
  }

  remove(): void {
    this.closeForm();
    this.stop.abort();
  }

  hear(message: ToPage): void {
    if (message.type === "background.changed") void this.refresh();
    else if (message.ticket !== this.form?.ticket) return;
    else if (message.type === "background.form-size") this.form.resize(message.height);
    else void this.formClosed();
  }

  private placed(where: "anchored" | "floating"): void {
    this.button.placed(where);
    if (!extensionIsAlive()) this.orphaned();
    else void this.refresh();
  }

  private async choose(choice: Choice): Promise<void> {
    switch (choice) {
      case "open":
        this.isOpen = true;
        this.render();
        // Pages fill in their people late: what is true now counts.
        if (JSON.stringify(this.handoff()) !== this.asked) await this.refresh();
        return;
      case "close":
        if (this.form !== null) return;
        this.isOpen = this.isChanging = false;
        this.render();
        return;
      case "change":
        this.isOpen = this.isChanging = true;
        this.render("verdict");
        return;
      case "met":
      case "exceeded":
        return this.give(choice);
      case "undo":
        return this.undo();
      case "missed":
        return this.openForm("missed");
      case "who":
        return this.openForm("who");
      case "thank":
        return this.openForm("thanks");
      case "why":
        return this.openForm("rejected");
    }
  }

  private async give(verdict: "met" | "exceeded"): Promise<void> {
    const state = await this.tell(() => ask("page.rate", { handoff: this.handoff(), verdict }));
    if (state === null) return;
    this.justGiven();
    this.know(state);
    this.button.announce(t("heardGiven", t(verdict), this.line()));
  }

  private async undo(): Promise<void> {
    const state = await this.tell(() => ask("page.withdraw", { handoff: this.handoff() }));
    if (state === null) return;
    this.fresh = this.isOpen = false;
    this.know(state);
    this.button.announce(t("takenBack"));
  }

  private justGiven(): void {
    this.isOpen = this.isChanging = false;
    this.fresh = true;
    this.givenAt = performance.now();
    for (const time of [SOON, LINE_STAYS]) setTimeout(() => this.render(), time + 50);
  }

  private async openForm(view: FormView): Promise<void> {
    const opened = await this.tell(() => ask("page.open-form", { handoff: this.handoff(), view }));
    if (opened === null || this.stop.signal.aborted) return;
    this.form?.remove();
    this.formView = view;
    this.form = openFormFrame(opened.ticket, this.button.host, this.button.host.dataset.theme === "dark");
    this.render();
  }

  private async formClosed(): Promise<void> {
    const saidWho = this.formView === "who";
    this.form?.remove();
    this.form = null;
    if (!saidWho) this.isOpen = this.isChanging = false;
    await this.refresh();
    this.formView = null;
    // It was said who did it: the verdict is next.
    this.isOpen = saidWho && this.state?.subjectName !== null;
    this.render(this.isOpen ? "verdict" : "rest");
  }

  private closeForm(): void {
    const ticket = this.form?.ticket;
    this.form?.remove();
    this.form = this.formView = null;
    if (ticket !== undefined && extensionIsAlive()) void ask("page.close-form", { ticket }).catch(() => undefined);
  }

  private async refresh(): Promise<void> {
    const handoff = this.handoff();
    this.asked = JSON.stringify(handoff);
    const state = await ask("page.handoff", { handoff }).catch(() => null);
    if (!extensionIsAlive()) this.orphaned();
    else if (state !== null && !this.stop.signal.aborted) this.know(state);
  }

  private know(state: HandoffState): void {
    const same = JSON.stringify(state) === JSON.stringify(this.state);
    const before = this.state?.rating?.verdict;
    this.state = state;
    if (state.rating === null) this.fresh = false;
    else if (this.formView === "missed" && state.rating.verdict === "missed" && before !== "missed") this.justGiven();
    if (!same || this.isOpen) this.render();
  }

  /** Runs a request of the member's; what goes wrong is said under the pill. */
  private async tell<T>(request: () => Promise<T>): Promise<T | null> {
    try {
      return await request();
    } catch (error) {
      if (!extensionIsAlive()) this.orphaned();
      else this.button.say(error instanceof Told ? error.message : t("somethingFailed"));
      return null;
    }
  }

  private render(focus: "keep" | "verdict" | "rest" = "keep"): void {
    if (!this.stop.signal.aborted) this.button.show(this.view(), focus);
  }

  private view(): View {
    const { state } = this;
    const who = state?.subjectName ?? null;
    const thank = state?.thank.allowed === true && who !== null ? firstName(who) : null;
    const rating = state?.rating ?? null;
    if (rating !== null && !this.isChanging) {
      const justSent = rating.sending === "waiting" && performance.now() - this.givenAt < SOON;
      const line = this.form === null && performance.now() - this.givenAt < LINE_STAYS ? this.line() : "";
      return { kind: "given", verdict: rating.verdict, sending: justSent ? "sent" : rating.sending, fresh: this.fresh, thank, line };
    }
    if (state?.rate.allowed === false && state.rate.code !== "unknown-provider") {
      return { kind: "refused", label: state.rate.code === "self" ? t("yourHandoff") : t("notRated"), line: state.rate.detail ?? "", thank };
    }
    if (!this.isOpen) return { kind: "rest" };
    const chosen = this.formView === "missed" ? "missed" : (rating?.verdict ?? null);
    if (state === null) return { kind: "open", who: t("looking"), line: "", chosen };
    // The form says the same, and lies there.
    const line = this.form !== null ? "" : who === null ? t("whoOnce") : this.line();
    return { kind: "open", who, line, chosen };
  }

  /** Who will see it: said at the moment of rating. */
  private line(): string {
    const name = firstName(this.state?.subjectName ?? "");
    return this.state?.attribution === "pooled" ? t("seenPooled", name) : t("seenNamed", name);
  }
}
