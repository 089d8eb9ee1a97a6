/** What Ana agreed to stands beside the button; what she declined in time is thanked for. */
import { ask, play, step } from "../protocol.mjs";
import { all, click, reads, until } from "../page.mjs";
import { connect, desk, enableTrac, open, ticket } from "../desk.mjs";

play(async (script, closing) => {
  const tomas = await desk(script, closing, "tomas");
  await enableTrac(script, await connect(script, tomas, "tomas"));

  step("she accepted");
  await ask("agree", { number: 1, need: "The whole of September", action: "accept" });
  const page = await ticket(script, tomas, 1);
  await open(page, "Ana Ruiz");
  const agreed = await reads(page, /Agreed: The whole of September, by/);

  step("she declined in time");
  await ask("agree", { number: 2, need: "Access for three people", action: "decline" });
  const declined = await ticket(script, tomas, 2);
  await open(declined, "Ana Ruiz");
  const offered = await reads(declined, /Ana said early/);
  const missed = (await all(declined, "button", "Missed")).length;
  await click(declined, "button", "Thanks for telling me early");
  const thanks = await until(async () => (await ask("inbox", { login: "ana" })).items.find(({ kind }) => kind === "thanks"), "the thanks");
  await reads(declined, /on their way to Ana/);
  const offeredAgain = (await all(declined, "button", "Thanks for telling me early")).length;
  return { agreed, offered, missed, thanks, offeredAgain };
});
