/** The server dies while Tomas rates three tickets; it comes back, and each rating arrives once. */
import { ask, play, step } from "./protocol.mjs";
import { click, reads } from "./page.mjs";
import { connect, desk, enableTrac, given, inState, open, ticket } from "./office.mjs";

play(async (script, closing) => {
  const tomas = await desk(script, closing, "tomas");
  await enableTrac(script, await connect(script, tomas, "tomas"));
  const pages = [];
  for (const number of [1, 2, 3]) {
    const page = await ticket(script, tomas, number);
    await open(page, "Ana Ruiz");
    pages.push(page);
  }

  step("the server is killed");
  const killed = ask("kill the server");
  for (const [index, page] of pages.entries()) {
    await page.bringToFront();
    await open(page, "Ana Ruiz");
    await click(page, "button", "Met");
    // The first click falls while the server dies, the others while it is dead.
    if (index === 0) await killed;
  }
  const said = [];
  for (const page of pages) {
    await page.bringToFront();
    said.push(await reads(page, /Met, not sent yet/));
    await inState(page, "waiting");
  }

  step("the server is started again");
  await ask("start the server");
  const rows = await given("tomas", (all) => all.length === 3, "all three ratings", 90);
  for (const page of pages) await inState(page, "stored", 30);
  return { rows, waiting: said.length };
});
