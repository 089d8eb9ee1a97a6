/** Tomas has rated Ana's ticket in another browser, and this one does not know it when he clicks. */
import { ask, play, step } from "../protocol.mjs";
import { click } from "../page.mjs";
import { connect, desk, enableTrac, given, inState, open, ticket } from "../desk.mjs";

play(async (script, closing) => {
  const tomas = await desk(script, closing, "tomas");
  await enableTrac(script, await connect(script, tomas, "tomas"));
  const page = await ticket(script, tomas, 1);
  await open(page, "Ana Ruiz");

  step("he rates it elsewhere, then here");
  await ask("rate elsewhere");
  await click(page, "button", "Exceeded");
  const changed = await given("tomas", (rows) => rows.some(({ verdict }) => verdict === "exceeded"), "the change");
  await inState(page, "stored");

  step("undo takes back the one rating there is");
  await click(page, "button", "Undo");
  const afterUndo = await given("tomas", (rows) => rows.length === 0, "nothing to be left");
  return { changed, afterUndo };
});
