/** What colleagues do at their desks, as the stories tell it. */
import path from "node:path";
import { ask, step } from "./protocol.mjs";
import { find, point, reads, until } from "./page.mjs";
import { Chromium } from "./chromium.mjs";

/** A colleague's own Chromium with the extension, signed in to Trac. Closed when the story ends. */
export async function desk(script, closing, login, options = {}) {
  const chromium = await Chromium.open({
    name: login,
    profile: path.join(script.profiles, login),
    extension: script.chrome,
    // The user will say yes for this host when the extension asks: the server and the Trac are both on it.
    origins: ["http://127.0.0.1/*"],
    artifacts: script.artifacts,
    ...options,
  });
  closing.push((failure) => chromium.close(failure));
  const trac = await chromium.page(script.signIn[login] ?? "about:blank");
  await trac.close();
  return chromium;
}

/**
 * Connects the extension from its options page by the real flow: address, permission, and in the window that opens
 * e-mail address and code, then consent. Resolves to the options page.
 */
export async function connect(script, chromium, login) {
  step(`${login} connects`);
  const options = await chromium.own("options.html");
  await (await options.waitForSelector("#server")).type(script.server);
  const window = await chromium.opened(
    (url) => url.startsWith(script.server),
    () => options.click("#connect"),
    "the sign-in window",
  );
  await signIn(script, window, login);
  await options.waitForSelector("#connected");
  await options.bringToFront();
  return options;
}

/** In the window of the server's: e-mail address and code, then consent. */
export async function signIn(script, window, login) {
  await (await window.waitForSelector("input[name=email]")).type(script.people[login].email);
  await window.type("input[name=code]", await ask("sign-in code", { login }));
  await window.click("#sign-in");
  await (await window.waitForSelector("#approve")).click();
}

/** Turns the button on for the script's own Trac, from the options page. */
export const enableTrac = (script, options) => enableSite(options, script.trac, "trac");

/** Turns the button on for a self-hosted copy of a tool, from the options page. */
export async function enableSite(options, address, tool) {
  await (await options.waitForSelector("#site-address")).type(address);
  await options.select("#site-tool", tool);
  await options.click("#add-site");
  await options.waitForSelector(`[data-testid=site][data-host="${new URL(address).host}"][data-on=true]`);
}

/** A ticket's page, with the in-page button at rest. */
export async function ticket(script, chromium, number) {
  const page = await chromium.page(`${script.trac}/ticket/${number}`);
  await find(page, "button", "Rate this handoff");
  return page;
}

/** Opens the in-page button by pointing at it, so that the verdicts can be clicked. */
export async function open(page, name) {
  await page.mouse.move(5, 5);
  await point(page, "button", "Rate this handoff");
  await reads(page, new RegExp(name));
  await find(page, "button", "Met");
}

/** Resolves when the in-page button is in a state: "rest", "open", "stored", "waiting", "rejected" or "refused". */
export function inState(page, state, seconds) {
  return until(
    () => page.evaluate((wanted) => document.querySelector("handclasp-button")?.dataset.state === wanted, state),
    `the button to be ${state}`,
    seconds,
  );
}

/** How many in-page buttons there are. */
export const buttons = (page) => page.evaluate(() => document.querySelectorAll("handclasp-button").length);

/** Asks the Python side for a colleague's given ratings until `fits` is true of them. */
export function given(login, fits, what, seconds) {
  return until(async () => {
    const rows = await ask("given", { login });
    return fits(rows) ? rows : null;
  }, what, seconds);
}

/** The in-page form, the extension's own frame inside the page, as soon as one can type into it. */
export async function form(page) {
  const fits = (each) => each.url().startsWith("chrome-extension://");
  const frame = await page.waitForFrame(fits, { timeout: 10_000 });
  // It takes the focus by itself. A click that comes before it is painted would fall on the page behind it.
  const ready = () => document.hasFocus() && document.activeElement.matches("input, textarea");
  await until(() => frame.evaluate(ready).catch(() => false), "the form to take the focus");
  return frame;
}

/** Types into the form and presses the button with that name; resolves when the form has gone. */
export async function write(page, words, button) {
  const frame = await form(page);
  await page.keyboard.type(words);
  const send = await frame.waitForSelector(`::-p-aria([name="${button}"][role="button"])`);
  await send.click();
  await until(() => frame.detached, "the form to close");
}

/** How many clicks a page has had, counted by the page itself. */
export async function countClicks(page) {
  await page.evaluate(() => {
    globalThis.clicksSeen = 0;
    addEventListener("click", (event) => (globalThis.clicksSeen += event.isTrusted ? 1 : 0), { capture: true });
  });
  return () => page.evaluate(() => globalThis.clicksSeen);
}

