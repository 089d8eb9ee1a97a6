/** What the server refuses after the click is said in plain words, with a way on, and is never lost. */
import { ask, play, step } from "../protocol.mjs";
import { click, find, reads, until } from "../page.mjs";
import { connect, desk, enableTrac, given, inState, open, ticket } from "../desk.mjs";

/** The form in the page, once it shows what was refused. */
async function refusal(page) {
  await click(page, "button", /^(See why|Thanks not accepted)$/);
  const frame = await page.waitForFrame((each) => each.url().startsWith("chrome-extension://"));
  const problem = await frame.waitForSelector("[data-testid=problem]");
  return { frame, words: await problem.evaluate((element) => element.textContent) };
}

/** Takes a way out. A form that is still growing moves its buttons away under the pointer: whoever misses clicks again. */
async function take(frame, way) {
  for (let left = 3; !frame.detached; left -= 1) {
    await frame.locator(`[data-testid=${way}]`).setTimeout(5000).click().catch(() => undefined);
    await until(() => frame.detached, "the form to close", 5).catch((error) => {
      if (left === 1) throw error;
    });
  }
}

play(async (script, closing) => {
  const tomas = await desk(script, closing, "tomas");
  await enableTrac(script, await connect(script, tomas, "tomas"));

  step("Ana pauses just before he clicks");
  const page = await ticket(script, tomas, 1);
  await open(page, "Ana Ruiz");
  await ask("pause", { paused: true });
  await click(page, "button", "Met");
  await inState(page, "rejected");
  const paused = await refusal(page);
  await take(paused.frame, "discard");
  await reads(page, /Thank Ana/);
  await inState(page, "refused");
  await ask("pause", { paused: false });

  step("the rules become pooled while he writes what would have helped");
  const second = await ticket(script, tomas, 2);
  await open(second, "Ana Ruiz");
  await click(second, "button", "Missed");
  const form = await second.waitForFrame((each) => each.url().startsWith("chrome-extension://"));
  await (await form.waitForSelector("[data-testid=missed-text]")).type("A word on Tuesday.");
  await ask("go pooled");
  await (await form.waitForSelector("[data-testid=missed-send]")).click();
  await inState(second, "rejected");
  const pooled = await refusal(second);
  await take(pooled.frame, "tell-instead");
  await inState(second, "stored");
  const word = await until(async () => (await ask("inbox", { login: "ana" })).items.find(({ kind }) => kind === "word"), "the word");
  const rating = await until(() => ask("mine", { number: 2 }), "the rating without words");
  await given("tomas", (rows) => rows.length === 0, "nothing to be listed");

  step("she takes part in a release, and he learns of it when he changes his mind");
  const third = await ticket(script, tomas, 3);
  await open(third, "Ana Ruiz");
  await click(third, "button", "Met");
  await until(() => ask("mine", { number: 3 }), "the rating");
  await third.mouse.move(5, 5);
  await third.reload();
  await find(third, "button", "Change");
  await ask("release");
  await click(third, "button", "Change");
  await click(third, "button", "Exceeded");
  await inState(third, "rejected", 60);
  const released = await refusal(third);
  await take(released.frame, "keep");
  const kept = await reads(third, /Met/);
  const popup = await tomas.popup(third);
  await click(popup, "tab", "Given");
  const listed = await reads(popup, /part of a release/);
  return { paused: paused.words, pooled: pooled.words, word, rating, released: released.words, kept, listed };
});
