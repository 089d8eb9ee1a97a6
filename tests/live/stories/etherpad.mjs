/** Etherpad 1.8: a pad whose text lives in frames and names nobody, and the ways to other pads. */
import { play, step } from "../../e2e/protocol.mjs";
import { click, find, point, until } from "../../e2e/page.mjs";
import { buttons, form, inState } from "../../e2e/desk.mjs";
import { customer, inTool, settled, shown } from "../customer.mjs";

/** The innermost frame, in which the text is. */
async function text(page) {
  const frame = await page.waitForFrame((each) => each.name() === "ace_inner");
  await frame.waitForSelector("#innerdocbody .ace-line");
  return frame;
}

play(async (script, closing) => {
  const tomas = await customer(script, closing);
  const page = await tomas.page(script.item);
  const inner = await text(page);
  const found = await shown(page);

  step("Tomas says once whose work it is");
  await point(page, "button", "Rate this handoff");
  await click(page, "button", "Who did this?");
  const frame = await form(page);
  await page.keyboard.type("Ana");
  await (await frame.waitForSelector("::-p-text(Ana Ruiz)")).click();
  await find(page, "button", "Met");
  await click(page, "button", "Met");
  const rows = await inTool(script, (now) => now.length === 1);
  await inState(page, "stored");

  step("he writes into the pad, and opens what opens");
  await inner.click("#innerdocbody");
  await page.keyboard.type("Seen. ");
  await until(() => inner.evaluate(() => document.body.textContent.includes("Seen.")), "the words in the text");
  const inFrames = await Promise.all(
    page.frames().filter((each) => each !== page.mainFrame() && each.name().startsWith("ace_")).map(buttons),
  );
  for (const popup of ["settings", "showusers", "embed"]) {
    await page.click(`li[data-key=${popup}] button`);
    await page.waitForSelector(".popup-show");
  }
  const afterOpening = await buttons(page);

  step("every address of the pad is the same item");
  const sameItem = {};
  for (const address of script.sameItem) {
    step(address);
    await page.goto(address);
    await inState(page, "stored");
    sameItem[address.slice(script.site.length)] = await buttons(page);
  }

  step("on to the start page, and from there to another pad");
  await page.goto(script.site);
  const left = await settled(page);
  await page.type("#padname", "night-shift");
  await Promise.all([page.waitForNavigation(), page.click("#go2Name button")]);
  await text(page);
  const onTheNext = await shown(page);
  await inState(page, "rest");

  step("the pad as readers see it");
  await page.goto(script.readOnly);
  await text(page);
  const readOnly = await shown(page);

  const all = await inTool(script, () => true);
  return { found, rows, inFrames, afterOpening, sameItem, left, onTheNext, readOnly, all };
});
