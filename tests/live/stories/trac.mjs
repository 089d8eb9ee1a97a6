/** Trac 1.6: a ticket, a comment's preview that rebuilds its box, and the way to the list of reports. */
import { play, step } from "../../e2e/protocol.mjs";
import { until } from "../../e2e/page.mjs";
import { buttons } from "../../e2e/desk.mjs";
import { customer, elsewhere, follow, inTool, rate, settled, shown, watchButton } from "../customer.mjs";

play(async (script, closing) => {
  const tomas = await customer(script, closing);
  const page = await tomas.page(script.item);
  const found = await shown(page);
  const { clicks, rows } = await rate(script, page, "Ana Ruiz");

  step("a comment's preview rebuilds the ticket's box");
  const thrownAway = await watchButton(page);
  await page.click("#comment");
  await page.keyboard.type("Works for us now.");
  await until(async () => (await thrownAway()) > 0, "Trac to throw the button away");
  await until(async () => (await buttons(page)) === 1, "the button to come back");
  await until(
    () => page.evaluate(() => document.querySelector("#ticketchange")?.textContent.includes("Works for us now.")),
    "the preview",
  );
  const afterPreview = await buttons(page);

  step("the comment is sent, and the ticket comes anew");
  await Promise.all([page.waitForNavigation(), page.click('#propertyform [name="submit"]')]);
  const afterComment = await shown(page, "stored");

  step("on to the reports");
  await follow(page, '#mainnav a[href$="/report"]');
  const left = await settled(page);

  const others = await elsewhere(tomas, script.others);
  return { found, clicks, rows, afterPreview, afterComment, left, others, all: await inTool(script, () => true) };
});
