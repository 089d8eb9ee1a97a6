/** The pictures: the button on a real ticket, the popup, the settings, the console; light and dark. */
import path from "node:path";
import { ask, play, step } from "../protocol.mjs";
import { click, point, reads, until } from "../page.mjs";
import { connect, desk, enableTrac, form, given, inState, open, ticket, write } from "../desk.mjs";

const SHARP = ["--force-device-scale-factor=2"];
const THEMES = ["light", "dark"];

play(async (script, closing) => {
  const file = (name) => path.join(script.pictures, `${name}.png`);

  /** The head of the ticket, with the button in it. */
  const ticketHead = async (page, name, height = 150) => {
    await page.bringToFront();
    const box = await page.evaluate(() => {
      const { x, y, width } = document.querySelector("#ticketbox").getBoundingClientRect();
      return { x: x + scrollX, y: y + scrollY, width };
    });
    const x = Math.max(box.x - 12, 0);
    const clip = { x, y: box.y - 12, width: Math.min(box.width + 24, 712), height };
    await page.screenshot({ path: file(name), clip });
  };

  /** A page in both themes, as high as its content. */
  const both = async (page, name, area = { fullPage: true }) => {
    for (const theme of THEMES) {
      await page.bringToFront().catch(() => {});
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
      await until(() => page.evaluate(() => document.getAnimations().length === 0), "the page to come to rest");
      await page.screenshot({ path: file(theme === "light" ? name : `${name}-dark`), ...area });
    }
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
  };

  /** The popup in both themes, without the margin it has at this scale. */
  const popup = async (page, name) => {
    const [width, height] = await page.evaluate(() => [document.body.offsetWidth, document.body.offsetHeight]);
    await both(page, name, { clip: { x: 0, y: 0, width, height } });
  };

  const tomas = await desk(script, closing, "tomas", { flags: SHARP, size: [900, 700] });
  const options = await connect(script, tomas, "tomas");
  await enableTrac(script, options);
  await both(options, "options");

  step("the button");
  const page = await ticket(script, tomas, 1);
  await ticketHead(page, "button-rest");
  await open(page, "Ana Ruiz");
  await point(page, "button", "Exceeded");
  await reads(page, /Ana .*(see|name)/);
  await ticketHead(page, "button");
  await click(page, "button", "Exceeded");
  await inState(page, "stored");
  await given("tomas", (rows) => rows.length === 1, "the rating");
  await page.mouse.move(5, 5);
  await ticketHead(page, "button-stored");

  step("the server is away");
  const second = await ticket(script, tomas, 2);
  await open(second, "Ana Ruiz");
  await ask("kill the server");
  await click(second, "button", "Met");
  await reads(second, /not sent yet/);
  await second.mouse.move(5, 5);
  await ticketHead(second, "button-waiting");
  await ask("start the server");
  await given("tomas", (rows) => rows.length === 2, "the second rating", 90);

  step("a note");
  await page.bringToFront();
  await click(page, "button", "Write to Ana");
  await form(page);
  await ticketHead(page, "form", 320);
  await write(page, "The night shift could answer the audit because of your export. Thank you.", "Send thanks");
  await until(async () => (await ask("inbox", { login: "ana" })).items.some((entry) => entry.kind === "thanks"), "the note");

  step("the popup");
  const third = await ticket(script, tomas, 3);
  const give = await tomas.popup(third);
  await click(give, "tab", "Give");
  await reads(give, /Ana Ruiz/);
  await popup(give, "popup-give");
  await click(give, "tab", "Given");
  await reads(give, /Exceeded/);
  await popup(give, "popup-given");
  await until(async () => (await ask("inbox", { login: "ana" })).unread === 3, "three unread entries", 30);
  const ana = await desk(script, closing, "ana", { flags: SHARP, size: [900, 700] });
  const hers = await connect(script, ana, "ana");
  const inbox = await ana.popup(hers);
  await reads(inbox, /night shift/);
  await popup(inbox, "popup");

  step("the console");
  const admin = await desk(script, closing, "olga", { flags: SHARP, size: [900, 640] });
  const console_ = await admin.page(await ask("sign-in link", { login: "olga" }));
  await both(console_, "console-sign-in");
  await Promise.all([console_.waitForNavigation(), click(console_, "button", /^Sign in/)]);
  await both(console_, "console-home");
  for (const name of ["policy", "members", "exports"]) {
    await console_.goto(`${script.server}/${name}`);
    await both(console_, `console-${name}`);
  }
});
