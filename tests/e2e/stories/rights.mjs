/** What anyone may do without being asked why: share thanks, report, mute, block, and pause being rated. */
import { ask, play, step } from "../protocol.mjs";
import { reads, until } from "../page.mjs";
import { connect, desk } from "../desk.mjs";
import { fill, focusedName, panel, press, show } from "../panel.mjs";

play(async (script, closing) => {
  await ask("thank", { text: "Thank you for the export." });
  const ana = await desk(script, closing, "ana");
  await (await connect(script, ana, "ana")).close();
  const hers = await panel(ana);
  await reads(hers, /Thank you for the export/);

  step("thanks on the wall, and off it");
  await press(hers, "entry-menu");
  await press(hers, "publish");
  await reads(hers, /Everybody in your organisation can read it/);
  const wall = (await ask("wall")).length;
  await press(hers, "publish");
  await reads(hers, /It is private again/);
  const wallAfter = (await ask("wall")).length;

  step("a report says who will read it");
  await press(hers, "report");
  const warned = await reads(hers, /admins will read this note/);
  await fill(hers, "report-text", "Not meant kindly.");
  await press(hers, "report-send");
  await reads(hers, /Reported\./);
  const reported = await ask("reported");

  step("a muted colleague's thanks arrive as read");
  await press(hers, "mute");
  await reads(hers, /Tomas is not told/);
  await press(hers, "sure");
  await reads(hers, /Tomas is muted/);
  await until(async () => (await ask("inbox", { login: "ana" })).unread === 0, "everything to be read");
  await ask("thank", { text: "A second thank-you." });
  const muted = await ask("inbox", { login: "ana" });

  step("a blocked colleague's do not arrive");
  await press(hers, "block");
  await press(hers, "sure");
  await reads(hers, /Tomas is blocked/);
  await ask("thank", { text: "A third thank-you." });
  const blocked = await ask("inbox", { login: "ana" });

  step("just for her: unblocking, and a pause");
  await press(hers, "you-open");
  await reads(hers, /Muted and blocked/);
  await press(hers, "free");
  await reads(hers, /Nobody\. Muting and blocking/);
  await press(hers, "pause-switch");
  await reads(hers, /You are not rated until/);
  const refused = await ask("rate");
  await press(hers, "back");
  const reminded = await reads(hers, /You are not being rated/);
  await press(hers, "paused-change");
  await hers.waitForSelector("[data-testid=pause][data-paused=true]");
  await press(hers, "pause-switch");
  await reads(hers, /You can be rated again/);
  const taken = await ask("rate");
  await press(hers, "back");
  await until(async () => (await focusedName(hers)) === "you-open", "the focus to return");
  await show(hers, "inbox");
  return { wall, wallAfter, warned, reported, muted, blocked, refused, taken, reminded };
});
