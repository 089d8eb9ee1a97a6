/** The shortest form in Firefox: Tomas connects and rates with one click; Ana's panel shows it. */
import { ask, play, step } from "../protocol.mjs";
import { until } from "../page.mjs";
import { enableTrac, signIn } from "../desk.mjs";
import { Firefox, click, point, reads } from "../firefox.mjs";

async function connected(script, closing, login) {
  step(`${login} connects`);
  const firefox = await Firefox.open({ name: login, extension: script.firefox, artifacts: script.artifacts });
  closing.push((failure) => firefox.close(failure));
  const options = await firefox.own("options.html");
  await (await options.waitForSelector("#server")).type(script.server);
  const window = await firefox.opened(
    (url) => url.startsWith(script.server),
    () => options.click("#connect"),
    "the sign-in window",
  );
  await signIn(script, window, login);
  await options.waitForSelector("#connected");
  return { firefox, options };
}

play(async (script, closing) => {
  const { firefox, options } = await connected(script, closing, "tomas");
  await enableTrac(script, options);

  step("one click stores a rating");
  const page = await firefox.page(`${script.trac}/ticket/1`);
  await point(page, "button", /^Rate this handoff$/);
  await reads(page, /Ana Ruiz Missed Met/);
  await click(page, "button", /^Met$/);
  const rows = await until(async () => {
    const given = await ask("given", { login: "tomas" });
    return given.length > 0 ? given : null;
  }, "the rating");
  await firefox.close();
  closing.pop();

  step("Ana's inbox shows it");
  await until(async () => (await ask("inbox", { login: "ana" })).unread === 1, "the entry to become visible", 30);
  const ana = await connected(script, closing, "ana");
  const badge = await until(() => ana.options.evaluate(() => browser.action.getBadgeText({})), "the badge");
  const panel = await ana.firefox.own("panel.html");
  const inbox = await reads(panel, /Tomas Lindqvist/);
  return { rows, badge, inbox };
});
