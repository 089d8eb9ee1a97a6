/** Tomas's own ticket offers no verdicts, and says why. */
import { ask, play } from "../protocol.mjs";
import { all, reads } from "../page.mjs";
import { connect, desk, enableTrac, inState } from "../desk.mjs";

play(async (script, closing) => {
  const tomas = await desk(script, closing, "tomas");
  await enableTrac(script, await connect(script, tomas, "tomas"));
  const page = await tomas.page(`${script.trac}/ticket/${script.own}`);
  await inState(page, "refused");
  const shown = await reads(page, /your/i);
  const verdicts = await all(page, "button", /Missed|Met|Exceeded|Rate this handoff/);
  return { shown, verdicts, given: await ask("given", { login: "tomas" }) };
});
