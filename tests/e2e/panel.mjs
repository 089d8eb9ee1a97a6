/** The panel in a tab of its own: what colleagues do in it, by what they see and press. */
import { reads, until } from "./page.mjs";

/** A colleague's panel, on one of its tabs. */
export async function panel(chromium, tab = "inbox") {
  const page = await chromium.own("panel.html");
  await show(page, tab);
  return page;
}

/** Turns to a tab of the panel. */
export async function show(page, tab) {
  await press(page, `tab-${tab}`);
  await page.waitForSelector(`[data-testid=tab-${tab}][aria-selected=true]`);
}

const by = (name) => `[data-testid="${name}"]`;

/** Presses the first thing of that name inside `within`, as soon as it is there and takes presses. */
export async function press(page, name, within = "") {
  const selector = `${within} ${by(name)}:not(:disabled)`.trim();
  await page.bringToFront();
  await until(async () => {
    const thing = await page.$(selector);
    // One that is drawn anew between finding and pressing it is looked for again.
    return thing === null ? false : thing.click().then(() => true, () => false);
  }, `${selector} on ${page.url()}`);
}

/** Types into a field by its name. */
export async function fill(page, name, words, within = "") {
  const field = await page.waitForSelector(`${within} ${by(name)}`.trim());
  await field.click({ count: 3 });
  await field.type(words);
}

/** Types a date as an American browser takes it. */
export async function fillDay(page, name, day, within = "") {
  const [year, month, date] = day.split("-");
  const field = await page.waitForSelector(`${within} ${by(name)}`.trim());
  await field.focus();
  await field.type(`${month}${date}${year}`);
}

/** Picks a colleague in the directory by name. */
export async function pick(page, name) {
  await fill(page, "people-search", name);
  await until(async () => {
    const found = await page.$("[data-testid=people] button");
    const shown = found === null ? "" : await found.evaluate((button) => button.textContent);
    return shown.includes(name) ? found.click().then(() => true, () => false) : false;
  }, `${name} in the directory`);
}

/** Opens the panel anew until it reads as wanted: what colleagues do reaches an open inbox only with the next look. */
export async function readsAnew(page, pattern, seconds = 30) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await reads(page, pattern, 3);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      const tab = await page.$eval("[role=tab][aria-selected=true]", (selected) => selected.dataset.testid.slice(4)).catch(() => "inbox");
      await page.reload();
      await show(page, tab);
    }
  }
}

/** The testid of what has the focus; null when nothing with one has. */
export const focusedName = (page) => page.evaluate(() => document.activeElement?.dataset.testid ?? null);
