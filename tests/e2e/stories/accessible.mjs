/** Every page of Handclasp's own, light and dark, held against WCAG 2.2 A and AA as far as axe can tell. */
import { ask, play, step } from "../protocol.mjs";
import { violations } from "../axe.mjs";
import { click, find, reads, until } from "../page.mjs";
import { connect, desk, enableTrac, form, given, open, ticket, write } from "../desk.mjs";

play(async (script, closing) => {
  const broken = [];
  const seen = [];

  const check = async (name, page, frame = page) => {
    broken.push(...(await violations(name, page, frame)));
    seen.push(name);
  };

  const tomas = await desk(script, closing, "tomas");
  step("before connecting");
  const start = await tomas.own("options.html");
  await start.waitForSelector("#server");
  await check("options, not connected", start);
  const empty = await tomas.own("panel.html");
  await empty.waitForSelector("[data-testid=not-connected]");
  await check("panel, not connected", empty);
  await empty.close();
  await start.close();

  const options = await connect(script, tomas, "tomas");
  await enableTrac(script, options);
  await check("options", options);

  step("the form in the page");
  const page = await ticket(script, tomas, 1);
  await open(page, "Ana Ruiz");
  await click(page, "button", "Missed");
  await check("form, missed", page, await form(page));
  await write(page, "Telling us on Tuesday that it slips.", "Send");
  await given("tomas", (rows) => rows.length === 1, "the rating");
  await click(page, "button", "Write to Ana");
  await check("form, thanks", page, await form(page));

  step("the panel");
  const other = await ticket(script, tomas, 2);
  const popup = await tomas.popup(other);
  await find(popup, "tab", "Give");
  await click(popup, "tab", "Give");
  await reads(popup, /Ana Ruiz/);
  await check("panel, Give", popup);
  await click(popup, "tab", "Given");
  await reads(popup, /Tuesday/);
  await check("panel, Given", popup);
  await until(async () => (await ask("inbox", { login: "ana" })).unread === 1, "the rating to be visible", 30);
  const ana = await desk(script, closing, "ana");
  await connect(script, ana, "ana");
  const inbox = await ana.own("panel.html");
  await reads(inbox, /Tuesday/);
  await check("panel, Inbox", inbox);

  step("the console");
  const olga = await desk(script, closing, "olga");
  const pages = await olga.page(`${script.server}/sign-in`);
  await check("console, sign in by code", pages);
  await pages.goto(await ask("sign-in link", { login: "olga" }));
  await check("console, sign in by link", pages);
  await Promise.all([pages.waitForNavigation(), pages.click("#sign-in")]);
  await check("console, home", pages);
  for (const name of ["policy", "policy/change", "log", "members", "exports", "exports/named", "no-such-page"]) {
    await pages.goto(`${script.server}/${name}`);
    await check(`console, ${name}`, pages);
  }
  return { broken, seen };
});
