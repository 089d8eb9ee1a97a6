/** Tomas's own ticket offers no verdict on his work, but asks him whether Ana's ask was clear. */
import { ask, play, step } from "../protocol.mjs";
import { all, click, find, point, reads } from "../page.mjs";
import { connect, desk, enableTrac, given, inState } from "../desk.mjs";

play(async (script, closing) => {
  const tomas = await desk(script, closing, "tomas");
  await enableTrac(script, await connect(script, tomas, "tomas"));
  const page = await tomas.page(`${script.trac}/ticket/${script.own}`);
  await find(page, "button", "Was the ask clear?");
  const verdicts = await all(page, "button", /Missed|Met|Exceeded|Rate this handoff/);
  const before = await ask("given", { login: "tomas" });

  step("the ask");
  await page.mouse.move(5, 5);
  await point(page, "button", "Was the ask clear?");
  const shown = await reads(page, /Ana Ruiz[^]*Unclear[^]*Very clear/);
  await click(page, "button", "Clear");
  const rows = await given("tomas", (all) => all.length === 1, "the rating of the ask");
  await inState(page, "stored");
  return { shown, verdicts, before, rows };
});
