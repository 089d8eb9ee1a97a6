/** Every view of the panel that fair play brings, with its forms open, held against WCAG; nothing is wider than the popup. */
import { play, step } from "../protocol.mjs";
import { reads } from "../page.mjs";
import { violations } from "../axe.mjs";
import { connect, desk } from "../desk.mjs";
import { panel, press, show } from "../panel.mjs";

play(async (script, closing) => {
  const broken = [];
  const seen = [];
  const wide = [];
  const ana = await desk(script, closing, "ana");
  await (await connect(script, ana, "ana")).close();
  const page = await panel(ana);
  await page.setViewport({ width: 380, height: 600 });
  const check = async (name) => {
    broken.push(...(await violations(name, page)));
    if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)) wide.push(name);
    seen.push(name);
  };

  step("inbox");
  await page.waitForSelector("[data-testid=entry-word]");
  await page.waitForSelector("[data-testid=entry-expectation]");
  await check("inbox");
  await press(page, "entry-menu", "[data-testid=entry-thanks]");
  await page.waitForSelector("[data-testid=entry-choices]");
  await check("what can be done about thanks");
  await press(page, "report");
  await check("report");
  await page.reload();
  await press(page, "entry-menu", "[data-testid=entry-word]");
  await press(page, "block");
  await check("block");
  await press(page, "answer", "[data-testid=entry-word]");
  await check("answer");

  step("expectations");
  await show(page, "expectations");
  await page.waitForSelector("[data-testid=asked_of_me]");
  await check("expectations");
  for (const form of ["counter", "decline"]) {
    await press(page, form);
    await page.waitForSelector(`[data-testid=${form}-form]`);
    await check(form);
    await page.reload();
    await show(page, "expectations");
  }
  await press(page, "propose-open");
  await check("propose, to whom");
  await page.type("[data-testid=people-search]", "Mei");
  await press(page, `person-${script.mei}`);
  await check("propose, what");

  step("just for her");
  await press(page, "you-open");
  await reads(page, /Pause being rated/);
  await page.waitForSelector("[data-testid=my-service]");
  await check("just for you");
  return { broken, seen, wide };
});
