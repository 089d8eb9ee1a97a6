/** A login that Handclasp does not know yet: Tomas says once who it is, and the next ticket is one click. */
import { play, step } from "../protocol.mjs";
import { click, find, point, until } from "../page.mjs";
import { connect, countClicks, desk, enableTrac, form, given, open, ticket } from "../desk.mjs";

play(async (script, closing) => {
  const tomas = await desk(script, closing, "tomas");
  await enableTrac(script, await connect(script, tomas, "tomas"));
  const page = await ticket(script, tomas, script.unknown);

  step("who is m.kato?");
  await point(page, "button", "Rate this handoff");
  await click(page, "button", "Who did this?");
  const frame = await form(page);
  await page.keyboard.type("Mei");
  await (await frame.waitForSelector("::-p-text(Mei Kato)")).click();
  await find(page, "button", "Met");
  await click(page, "button", "Met");
  const [first] = await given("tomas", (rows) => rows.length === 1, "the rating");

  step("the next ticket needs one click");
  const next = await ticket(script, tomas, script.unknownAgain);
  const clicks = await countClicks(next);
  await open(next, "Mei Kato");
  await click(next, "button", "Exceeded");
  const [second] = await given("tomas", (rows) => rows.length === 2, "the second rating");
  return { first, second, clicks: await until(clicks, "the clicks") };
});
