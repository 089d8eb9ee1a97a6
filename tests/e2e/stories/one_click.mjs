/** Tomas rates and thanks Ana on her tickets, with one click each; Ana reads it in her popup. */
import { ask, play, step } from "../protocol.mjs";
import { click, find, reads, until } from "../page.mjs";
import { connect, countClicks, desk, enableTrac, given, inState, open, ticket, write } from "../desk.mjs";

const THANKS = "The night shift could answer the audit because of your export. Thank you.";
const HELPED = "Telling us on Tuesday that it slips.";

play(async (script, closing) => {
  const tomas = await desk(script, closing, "tomas");
  const options = await connect(script, tomas, "tomas");
  await enableTrac(script, options);

  step("one click stores a rating");
  const page = await ticket(script, tomas, 1);
  const clicks = await countClicks(page);
  await open(page, "Ana Ruiz");
  const seenBy = await reads(page, /Ana .*(see|name)/);
  await click(page, "button", "Met");
  const [first] = await given("tomas", (rows) => rows.length === 1, "the rating to be stored");
  const clicksToStore = await clicks();
  await inState(page, "stored");

  step("undo, and again");
  await click(page, "button", "Undo");
  await given("tomas", (rows) => rows.length === 0, "the rating to be withdrawn");
  await inState(page, "rest");
  await open(page, "Ana Ruiz");
  await click(page, "button", "Exceeded");
  const [again] = await given("tomas", (rows) => rows.length === 1, "the new rating to be stored");

  step("a typed thank-you note");
  await click(page, "button", "Write to Ana");
  await write(page, THANKS, "Send thanks");
  await until(async () => (await ask("inbox", { login: "ana" })).items.some((entry) => entry.kind === "thanks"), "the note");

  step("a missed asks for its line first");
  const second = await ticket(script, tomas, 2);
  await open(second, "Ana Ruiz");
  await click(second, "button", "Missed");
  await find(second, "Iframe", /.*/);
  const beforeLine = (await ask("given", { login: "tomas" })).length;
  await write(second, HELPED, "Send");
  const missed = await given("tomas", (rows) => rows.length === 2, "the missed to be stored");

  step("Ana's popup shows all of it, and the badge counts");
  await until(async () => (await ask("inbox", { login: "ana" })).unread === 3, "three unread entries", 30);
  const ana = await desk(script, closing, "ana");
  const hers = await connect(script, ana, "ana");
  const badge = await until(() => ana.badge(hers), "the badge");
  const popup = await ana.popup(hers);
  const inbox = await reads(popup, new RegExp(THANKS));
  await reads(popup, new RegExp(HELPED));

  step("having read it clears the badge");
  await until(async () => (await ask("inbox", { login: "ana" })).unread === 0, "the inbox to be read");
  await until(async () => (await ana.badge(hers)) === "", "the badge to clear");

  return { clicksToStore, seenBy, first, again, missed, beforeLine, badge, inbox };
});
