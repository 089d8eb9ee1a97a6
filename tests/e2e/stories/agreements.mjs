/** Tomas says what he needs; Ana suggests another way, and says an early no; he takes the one and thanks for the other. */
import { ask, play, step } from "../protocol.mjs";
import { reads, until } from "../page.mjs";
import { connect, desk } from "../desk.mjs";
import { fill, fillDay, focusedName, panel, pick, press, readsAnew, show } from "../panel.mjs";

play(async (script, closing) => {
  const tomas = await desk(script, closing, "tomas");
  await (await connect(script, tomas, "tomas")).close();
  const his = await panel(tomas, "expectations");
  await reads(his, /Nothing agreed yet/);

  const propose = async (need, choose) => {
    await press(his, "propose-open");
    await choose();
    await fill(his, "propose-need", need);
    await fillDay(his, "propose-due", script.due);
    await press(his, "propose-send");
    await reads(his, new RegExp(need));
  };

  step("he says what he needs");
  await propose("The September export, with the last day in it", () => pick(his, "Ana Ruiz"));
  await reads(his, /Ana has not answered yet/);
  const [asked] = await until(async () => {
    const rows = await ask("agreements", { login: "ana", side: "asked_of_me" });
    return rows.length === 1 ? rows : null;
  }, "the proposal to be stored");

  step("Ana's inbox; a form that is closed gives the focus back");
  const ana = await desk(script, closing, "ana");
  await (await connect(script, ana, "ana")).close();
  const hers = await panel(ana);
  await reads(hers, /asks you/);
  await press(hers, "decline");
  await hers.waitForSelector("[data-testid=decline-form]");
  await hers.evaluate(() => [...document.querySelectorAll("[data-testid=decline-form] button")].at(-1).click());
  await until(async () => (await focusedName(hers)) === "decline", "the focus to return to the button");
  const focusReturned = await focusedName(hers);

  step("what she answers is refused when he has changed it meanwhile; her words are kept");
  await ask("change", { id: asked.id, need: script.changed });
  await press(hers, "decline");
  await fill(hers, "decline-reason", "No time on Friday.");
  await fill(hers, "decline-alternative", "On Monday.");
  await press(hers, "decline-send");
  await reads(hers, /Not accepted/);
  await reads(hers, new RegExp(script.changed));
  await press(hers, "decline");
  const kept = await hers.$eval("[data-testid=decline-reason]", (field) => field.value);
  await hers.evaluate(() => [...document.querySelectorAll("[data-testid=decline-form] button")].at(-1).click());

  step("she suggests another way");
  await press(hers, "counter");
  await fill(hers, "counter-need", "The export until the 29th, the last day on Monday");
  await press(hers, "counter-send");
  await reads(hers, /Tomas decides/);

  step("he takes the other way");
  await readsAnew(his, /Ana suggests instead/);
  await press(his, "accept-counter");
  await reads(his, /Agreed, the other way/);
  await until(async () => (await ask("agreements", { login: "ana", side: "asked_of_me" }))[0].state === "accepted", "the agreement");

  step("the server is away while he asks for more");
  await ask("kill the server");
  // Nobody can be looked up now; whom he has agreements with can be chosen all the same.
  await propose("A second export for the auditors", () => press(his, `person-${asked.provider.id}`));
  const unsent = await reads(his, /Not sent yet/);
  await ask("start the server");
  const both = await until(async () => {
    const rows = await ask("agreements", { login: "ana", side: "asked_of_me" });
    return rows.length === 2 ? rows : null;
  }, "the second proposal to arrive", 90);
  await until(async () => !/Not sent yet/.test(await reads(his, /auditors/)), "it to be shown as sent");

  step("Ana says an early no; why and what instead are both needed");
  await hers.reload();
  await readsAnew(hers, /auditors/);
  await press(hers, "decline", "[data-testid=entry-expectation][data-read=false]");
  await fill(hers, "decline-reason", "Quarter end until Friday.");
  await press(hers, "decline-send");
  await reads(hers, /Fill in both/);
  const beforeBoth = (await ask("agreements", { login: "ana", side: "asked_of_me" })).filter(({ state }) => state === "declined").length;
  await fill(hers, "decline-alternative", "Mei can do it on Thursday.");
  await press(hers, "decline-send");
  await reads(hers, /You said no in time/);

  step("one tap thanks for the early no");
  await readsAnew(his, /Mei can do it on Thursday/);
  await press(his, "thank-early");
  await reads(his, /Your thanks are on their way to Ana/);
  const thanks = await until(async () => (await ask("inbox", { login: "ana" })).items.find(({ kind }) => kind === "thanks"), "the thanks");
  await his.reload();
  await show(his, "expectations");
  await reads(his, /You thanked Ana for telling you early/);
  const offeredAgain = (await his.$("[data-testid=thank-early]")) !== null;

  step("the first is done");
  await press(his, "done");
  await press(his, "kept");
  await reads(his, /Done, as agreed/);
  const ended = await until(async () => {
    const rows = await ask("agreements", { login: "tomas", side: "asked_by_me" });
    return rows.some(({ state }) => state === "done") ? rows : null;
  }, "the end to be stored");
  return { kept, asked, both, unsent, beforeBoth, focusReturned, thanks, offeredAgain, ended };
});
