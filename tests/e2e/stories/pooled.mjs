/** In a pooled organisation: one click for each verdict, what can be said beside it, and a list that only Tomas has. */
import path from "node:path";
import { ask, play, step } from "../protocol.mjs";
import { all, click, find, gone, point, reads, until } from "../page.mjs";
import { connect, countClicks, desk, enableTrac, inState, open, ticket, write } from "../desk.mjs";

const WORD = "Hearing on Tuesday that it slips.";

/** What Tomas's own rating of a ticket's handoff is, as the server tells him alone, once it fits. */
const mine = (number, fits, what) =>
  until(async () => {
    const rating = await ask("mine", { number });
    return fits(rating) ? { rating } : null;
  }, what).then(({ rating }) => rating);

play(async (script, closing) => {
  const tomas = await desk(script, closing, "tomas");
  await enableTrac(script, await connect(script, tomas, "tomas"));

  step("a missed is one click, and says who will see it");
  const page = await ticket(script, tomas, 1);
  const clicks = await countClicks(page);
  await open(page, "Ana Ruiz");
  const seenBy = await reads(page, /Nobody sees your single rating/);
  await click(page, "button", "Missed");
  const missed = await mine(1, (rating) => rating?.verdict === "missed", "the missed to be stored");
  const clicksToStore = await clicks();
  await inState(page, "stored");

  step("what it mostly was: one tap, and taken back by another");
  await click(page, "button", "Too little time");
  const named = await mine(1, (rating) => rating?.cause === "capacity", "the cause");
  // The focus has stayed on it, so that the keyboard can do the same.
  await page.keyboard.press("Enter");
  const unnamed = await mine(1, (rating) => rating?.cause === null, "the cause to be taken back");

  step("Ana is told in private");
  await click(page, "button", "Tell Ana privately");
  await write(page, WORD, "Tell Ana");
  await until(async () => (await ask("inbox", { login: "ana" })).items.some(({ text }) => text === WORD), "the word");
  await reads(page, /Told in private/);

  step("the next day he changes his mind");
  await page.reload();
  await inState(page, "stored");
  await click(page, "button", "Change");
  await click(page, "button", "Met");
  await mine(1, (rating) => rating?.verdict === "met", "the change");

  step("thanks in one tap");
  await click(page, "button", "Thank Ana");
  await reads(page, /Thanks sent/);
  await gone(page, "button", "Thank Ana");
  await until(async () => (await ask("inbox", { login: "ana" })).items.some(({ kind }) => kind === "thanks"), "the thanks");

  step("only this browser lists what he gave");
  const popup = await tomas.popup(page);
  await click(popup, "tab", "Given");
  const listed = await reads(popup, /Next release/);
  const told = await ask("given", { login: "tomas" });
  await popup.close().catch(() => {});

  step("another browser finds the rating where it was given");
  const elsewhere = await desk(script, closing, "tomas", { name: "tomas-elsewhere", profile: path.join(script.profiles, "tomas-elsewhere") });
  await enableTrac(script, await connect(script, elsewhere, "tomas"));
  const there = await elsewhere.page(`${script.trac}/ticket/1`);
  await inState(there, "stored");
  const found = await reads(there, /Met/);

  step("and takes it back there");
  await click(there, "button", "Undo");
  const undone = await mine(1, (rating) => rating === null || rating.withdrawn, "the rating to be withdrawn");
  await inState(there, "rest");

  step("who did it is remembered here, and told to nobody");
  const unknown = await ticket(script, tomas, script.unknown);
  await point(unknown, "button", "Rate this handoff");
  await reads(unknown, /this browser knows/);
  await click(unknown, "button", "Who did this?");
  const form = await unknown.waitForFrame((frame) => frame.url().startsWith("chrome-extension://"));
  await (await form.waitForSelector("[data-testid=people-search]")).type("Mei");
  await (await form.waitForSelector("::-p-text(Mei Kato)")).click();
  await click(unknown, "button", "Exceeded");
  await inState(unknown, "stored");
  const next = await ticket(script, tomas, script.unknownAgain);
  await open(next, "Mei Kato");
  const verdicts = (await all(next, "button", /Missed|Met|Exceeded/)).length;
  await find(next, "button", "Exceeded");
  return { clicksToStore, seenBy, missed, named, unnamed, listed, told, found, undone, verdicts };
});
