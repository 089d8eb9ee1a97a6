/** One verdict without a mouse: Tab to the button, arrows to the verdict, Enter. */
import { play, step } from "../protocol.mjs";
import { focused, reads, tabTo } from "../page.mjs";
import { connect, desk, enableTrac, given, inState, ticket } from "../desk.mjs";

play(async (script, closing) => {
  const tomas = await desk(script, closing, "tomas");
  await enableTrac(script, await connect(script, tomas, "tomas"));
  const page = await ticket(script, tomas, 1);
  // Wait until it is known who is rated: then Tab leads to the verdicts themselves.
  step("by keyboard only");
  await tabTo(page, "button", /^(Rate this handoff|Met)$/);
  await reads(page, /Ana Ruiz[^]*Met/);
  const reached = await focused(page);
  await page.keyboard.press("ArrowRight");
  const chosen = await focused(page);
  await page.keyboard.press("Enter");
  await inState(page, "stored");
  const rows = await given("tomas", (all) => all.length === 1, "the rating");
  return { reached, chosen, rows };
});
