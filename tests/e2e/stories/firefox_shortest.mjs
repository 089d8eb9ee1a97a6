/** The shortest form in Firefox: Tomas connects and rates with one click; Ana's panel shows it. */
import { createServer } from "node:http";
import { ask, play, step } from "../protocol.mjs";
import { until } from "../page.mjs";
import { enableTrac, signIn } from "../desk.mjs";
import { Firefox, click, point, reads } from "../firefox.mjs";

/** Serves a page's text at a port of its own; resolves to the address. */
async function copyOf(address, closing) {
  const text = await (await fetch(address)).text();
  const server = createServer((_, response) => response.setHeader("Content-Type", "text/html; charset=utf-8").end(text));
  closing.push(() => server.close());
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}${new URL(address).pathname}`;
}

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

  step("the same page at another port is another site");
  // Firefox's permissions know no ports: the script comes along, and must find out that it has no business there.
  const copy = await copyOf(`${script.trac}/ticket/1`, closing);
  const other = await firefox.page(copy);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const atOtherPort = await other.evaluate(() => [document.querySelector("#ticketbox") !== null, document.querySelector("handclasp-button") !== null]);
  await firefox.close();
  closing.splice(closing.length - 2, 1);

  step("Ana's inbox shows it");
  await until(async () => (await ask("inbox", { login: "ana" })).unread === 1, "the entry to become visible", 30);
  const ana = await connected(script, closing, "ana");
  const badge = await until(() => ana.options.evaluate(() => browser.action.getBadgeText({})), "the badge");
  const panel = await ana.firefox.own("panel.html");
  const inbox = await reads(panel, /Tomas Lindqvist/);
  return { rows, badge, inbox, atOtherPort };
});
