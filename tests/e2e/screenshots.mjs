/** The pictures: the button on a real ticket, the popup, the settings, the console; light and dark. */
import path from "node:path";
import { ask, play, step } from "./protocol.mjs";
import { click, find, point, reads, until } from "./page.mjs";
import { connect, desk, enableTrac, form, given, inState, open, ticket, write } from "./office.mjs";

const SHARP = ["--force-device-scale-factor=2"];
const THEMES = ["light", "dark"];

play(async (script, closing) => {
  const file = (name) => path.join(script.pictures, `${name}.png`);

  /** The head of the ticket, with the button in it. */
  const ticketHead = async (page, name, height = 150) => {
    await page.bringToFront();
    const { x, y, width } = await page.evaluate(() => {
      const box = document.querySelector("#ticketbox").getBoundingClientRect();
      return { x: box.x + scrollX, y: box.y + scrollY, width: box.width };
    });
    const clip = { x: x - 12, y: y - 12, width: Math.min(width + 24, 760), height };
    await page.screenshot({ path: file(name), clip });
  };

  /** A page in both themes, as high as its content. */
  const both = async (page, name, { clip } = {}) => {
    for (const theme of THEMES) {
      await page.bringToFront().catch(() => {});
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
      const picture = theme === "light" ? name : `${name}-dark`;
      await page.screenshot({ path: file(picture), ...(clip ? { clip } : {}) });
    }
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
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
  await click(page, "button", "Thank Ana");
  await form(page);
  await ticketHead(page, "form", 380);
  await write(page, "The night shift could answer the audit because of your export. Thank you.", "Send thanks");
  await until(async () => (await ask("inbox", { login: "ana" })).items.length > 0, "the note");

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

  step("the popup");
  const third = await ticket(script, tomas, 3);
  const give = await tomas.popup(third);
  await click(give, "tab", "Give");
  await reads(give, /Ana Ruiz/);
  await both(give, "popup-give");
  await click(give, "tab", "Given");
  await reads(give, /Exceeded/);
  await both(give, "popup-given");
  await until(async () => (await ask("inbox", { login: "ana" })).unread === 3, "three unread entries", 30);
  const ana = await desk(script, closing, "ana", { flags: SHARP, size: [900, 700] });
  const hers = await connect(script, ana, "ana");
  const inbox = await ana.popup(hers);
  await reads(inbox, /night shift/);
  await both(inbox, "popup");

  step("the console");
  const admin = await desk(script, closing, "olga", { flags: SHARP, size: [900, 640] });
  const console_ = await admin.page(await ask("sign-in link", { login: "olga" }));
  await both(console_, "console-sign-in");
  await click(console_, "button", /^Sign in/);
  await until(() => console_.evaluate(() => location.pathname === "/"), "the console's home");
  await find(console_, "heading", /.*/);
  await both(console_, "console-home");
  for (const name of ["members", "exports"]) {
    await console_.goto(`${script.server}/${name}`);
    await both(console_, `console-${name}`);
  }
});
