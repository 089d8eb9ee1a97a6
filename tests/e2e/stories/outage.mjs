/** The server dies while Tomas rates three tickets; it comes back, and each rating arrives once. */
import { ask, play, step } from "../protocol.mjs";
import { click, reads } from "../page.mjs";
import { connect, desk, enableTrac, given, inState, open, ticket } from "../desk.mjs";

play(async (script, closing) => {
  const tomas = await desk(script, closing, "tomas");
  await enableTrac(script, await connect(script, tomas, "tomas"));
  const pages = [];
  for (const number of [1, 2, 3]) pages.push(await ticket(script, tomas, number));
  const [first, ...others] = pages;

  step("the server is killed, just when Tomas clicks");
  await first.bringToFront();
  await open(first, "Ana Ruiz");
  await Promise.all([click(first, "button", "Met"), ask("kill the server")]);

  step("he clicks on two more tickets while it is dead");
  for (const page of others) {
    await page.bringToFront();
    await open(page, "Ana Ruiz");
    await click(page, "button", "Met");
    await reads(page, /Met, not sent yet/);
    await inState(page, "waiting");
  }

  step("the server is started again");
  await ask("start the server");
  const rows = await given("tomas", (all) => all.length === 3, "all three ratings", 90);
  for (const page of pages) await inState(page, "stored", 30);
  return { rows };
});
