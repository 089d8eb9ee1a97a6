/** A missed starts a thread in Ana's inbox: she answers, Tomas says that it is repaired. */
import { ask, play, step } from "../protocol.mjs";
import { reads, until } from "../page.mjs";
import { connect, desk } from "../desk.mjs";
import { fill, panel, press, readsAnew } from "../panel.mjs";

const HELPED = "Telling us on Tuesday that it slips.";
const ANSWER = "From now on I write on Monday evening.";

play(async (script, closing) => {
  const id = await ask("miss", { words: HELPED });
  await until(async () => (await ask("inbox", { login: "ana" })).unread === 1, "the missed to be visible", 30);

  step("Ana answers in place");
  const ana = await desk(script, closing, "ana");
  await (await connect(script, ana, "ana")).close();
  const hers = await panel(ana);
  await reads(hers, new RegExp(HELPED));
  const hisChoices = await hers.$$eval("[data-testid=thread] button", (buttons) => buttons.map((button) => button.dataset.testid));
  await press(hers, "answer");
  await fill(hers, "answer-text", ANSWER);
  await press(hers, "answer-send");
  await reads(hers, new RegExp(ANSWER));
  await until(async () => (await ask("thread", { login: "tomas", id })).messages.length === 2, "the answer to arrive");

  step("Tomas reads it, and says that it is repaired");
  const tomas = await desk(script, closing, "tomas");
  await (await connect(script, tomas, "tomas")).close();
  const his = await panel(tomas);
  const inbox = await reads(his, new RegExp(ANSWER));
  await press(his, "thread-toggle");
  await reads(his, new RegExp(HELPED));
  await press(his, "repaired");
  await reads(his, /Repaired\./);
  const thread = await until(async () => {
    const now = await ask("thread", { login: "ana", id });
    return now.state === "repaired" ? now : null;
  }, "the repair to be stored");
  await readsAnew(hers, /Repaired\./);

  step("it did not hold; he opens it again while the server is away");
  await ask("kill the server");
  await press(his, "reopen");
  await reads(his, /Not sent yet/);
  await ask("start the server");
  await until(async () => (await ask("thread", { login: "ana", id })).state === "open", "the thread to be open again", 90);
  return { hisChoices, inbox, thread };
});
