/** Trac's preview of a comment rebuilds the ticket's box: the button comes back, alone, and works. */
import { play, step } from "../protocol.mjs";
import { click, until } from "../page.mjs";
import { buttons, connect, desk, enableTrac, given, inState, open, ticket } from "../desk.mjs";

play(async (script, closing) => {
  const tomas = await desk(script, closing, "tomas");
  await enableTrac(script, await connect(script, tomas, "tomas"));
  const page = await ticket(script, tomas, 1);

  step("typing a comment");
  await page.evaluate(() => {
    globalThis.firstButton = document.querySelector("handclasp-button");
    globalThis.thrownAway = 0;
    new MutationObserver(() => {
      if (!globalThis.firstButton.isConnected) globalThis.thrownAway += 1;
    }).observe(document, { childList: true, subtree: true });
  });
  await page.click("#comment");
  await page.keyboard.type("Works for us now.");
  await until(() => page.evaluate(() => globalThis.thrownAway > 0), "Trac to throw the button away");
  await until(async () => (await buttons(page)) === 1, "the button to come back");
  await until(
    () => page.evaluate(() => document.querySelector("#ticketchange")?.textContent.includes("Works for us now.")),
    "the preview",
  );
  const count = await buttons(page);

  step("the button still works");
  await open(page, "Ana Ruiz");
  await click(page, "button", "Met");
  await inState(page, "stored");
  const rows = await given("tomas", (all) => all.length === 1, "the rating");
  return { count, rows };
});
