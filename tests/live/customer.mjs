/** What a customer does in every tool: turns the button on, finds it at the item, clicks once, and goes on. */
import { step } from "../e2e/protocol.mjs";
import { click, find, until } from "../e2e/page.mjs";
import { buttons, connect, desk, enableSite, given, inState, open } from "../e2e/desk.mjs";

/** Longer than the button waits for its place before it floats: where there is none by then, none comes. */
const NEVER = 3_500;

/** Tomas's Chromium, connected, with the button turned on for the script's own copy of the tool. */
export async function customer(script, closing) {
  const tomas = await desk(script, closing, "tomas");
  const options = await connectOnce(script, tomas);
  await enableSite(options, script.site, script.tool);
  await options.close();
  return tomas;
}

/** The tools share one browser profile: who connected for one is connected for the next. */
async function connectOnce(script, tomas) {
  const options = await tomas.own("options.html");
  const state = await until(
    () => options.evaluate(() => document.querySelector("#connected, #server")?.id),
    "the options page to know whether it is connected",
  );
  if (state === "connected") return options;
  await options.close();
  return connect(script, tomas, "tomas");
}

/**
 * The button, anchored in the page and in that state ("rest" when the item is not rated yet).
 * Resolves to how many there are, and where.
 */
export async function shown(page, state = "rest") {
  await inState(page, state);
  await page.waitForFunction(() => document.querySelector("handclasp-button")?.parentElement !== document.documentElement);
  if (state === "rest") await find(page, "button", "Rate this handoff");
  return {
    buttons: await buttons(page),
    parent: await page.$eval("handclasp-button", ({ parentElement: { localName, id } }) => (id === "" ? localName : `#${id}`)),
  };
}

/** One click on Met; resolves to how many clicks it took and to what the server stored in this tool. */
export async function rate(script, page, provider) {
  step(`one click for ${provider}`);
  const before = (await inTool(script, () => true)).length;
  const clicks = await countTrusted(page);
  await open(page, provider);
  await click(page, "button", "Met");
  const rows = await inTool(script, (now) => now.length > before);
  await inState(page, "stored");
  return { clicks: await clicks(), rows };
}

async function countTrusted(page) {
  await page.evaluate(() => {
    globalThis.clicksSeen = 0;
    addEventListener("click", (event) => (globalThis.clicksSeen += event.isTrusted ? 1 : 0), { capture: true });
  });
  return () => page.evaluate(() => globalThis.clicksSeen);
}

/** The ratings that Tomas gave in this tool, as the server has them, as soon as they fit. */
export async function inTool(script, fits) {
  let rows = [];
  await given(
    "tomas",
    (every) => {
      rows = every.filter(({ item }) => item.tool === script.tool);
      return fits(rows);
    },
    `the ratings in ${script.tool}`,
  );
  return rows;
}

/** How many buttons there are on a page when it is certain that no more will come. */
export async function settled(page) {
  await new Promise((resolve) => setTimeout(resolve, NEVER));
  return buttons(page);
}

/** How many buttons pages that are no items have, by their addresses. All are open at once, so that the wait is one. */
export async function elsewhere(tomas, addresses) {
  step("pages that are no items");
  const pages = await Promise.all(addresses.map((address) => tomas.page(address)));
  await new Promise((resolve) => setTimeout(resolve, NEVER));
  const found = {};
  for (const page of pages) {
    found[new URL(page.url()).pathname] = await buttons(page);
    await page.close();
  }
  return found;
}

/**
 * Marks the button that is there now, so that `thrownAway` tells how often the page has removed it since.
 */
export async function watchButton(page) {
  await page.evaluate(() => {
    const mine = document.querySelector("handclasp-button");
    globalThis.thrownAway = 0;
    new MutationObserver((changes) => {
      for (const { removedNodes } of changes) {
        if ([...removedNodes].some((node) => node === mine || node.contains(mine))) globalThis.thrownAway += 1;
      }
    }).observe(document, { childList: true, subtree: true });
  });
  return () => page.evaluate(() => globalThis.thrownAway);
}

/** Follows a link of the tool's own and waits for the page it leads to. */
export async function follow(page, selector) {
  await Promise.all([page.waitForNavigation(), page.click(selector)]);
}
