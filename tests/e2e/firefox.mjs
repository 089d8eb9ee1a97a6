/**
 * Firefox with the built extension. WebDriver BiDi has no popup and no accessibility tree that reaches into closed
 * shadow roots, but it can hand out their elements: that is how the in-page button is found here.
 */
import { randomUUID } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import puppeteer from "puppeteer-core";
import { until } from "./page.mjs";
import { program } from "./chromium.mjs";

export class Firefox {
  /** Starts Firefox with a new profile. Permission questions of extensions are answered with yes. */
  static async open({ name, extension, artifacts, headless = true }) {
    const firefox = new Firefox();
    const { browser_specific_settings: settings } = JSON.parse(
      await readFile(path.join(extension, "manifest.json"), "utf8"),
    );
    Object.assign(firefox, { name, artifacts, uuid: randomUUID() });
    firefox.browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: program("firefox-esr"),
      headless,
      protocolTimeout: 30_000,
      args: ["--remote-allow-system-access"],
      extraPrefsFirefox: {
        "extensions.webextOptionalPermissionPrompts": false,
        "extensions.webextensions.uuids": JSON.stringify({ [settings.gecko.id]: firefox.uuid }),
      },
    });
    await firefox.browser.installExtension(extension);
    return firefox;
  }

  /** A new tab at `url`. */
  async page(url) {
    const page = await this.browser.newPage();
    await page.goto(url);
    await page.bringToFront();
    return page;
  }

  /** One of the extension's own pages in a tab. */
  async own(file) {
    const page = await this.browser.newPage();
    const url = `moz-extension://${this.uuid}/${file}`;
    // The tab changes its process on the way there, and the driver never hears that the page is loaded.
    await send(page, "browsingContext.navigate", { context: contextOf(page).id, url, wait: "none" });
    await until(() => page.evaluate(() => document.readyState === "complete" && location.protocol === "moz-extension:")
      .catch(() => false), url);
    await page.bringToFront();
    return page;
  }

  /** The page that opens while `act` runs and whose address fits. */
  async opened(fits, act, what) {
    const seen = this.browser.waitForTarget((target) => fits(target.url()), { timeout: 20_000 });
    seen.catch(() => {});
    await act();
    const target = await seen.catch(() => {
      throw new Error(`${what} did not open`);
    });
    return target.page();
  }

  /** Keeps a picture of every page when the story failed, and closes the browser. */
  async close(failure) {
    if (failure && this.artifacts) {
      await mkdir(this.artifacts, { recursive: true });
      for (const page of await this.browser.pages()) {
        await page.bringToFront().catch(() => {});
        const file = path.join(this.artifacts, `${this.name}-${randomUUID().slice(0, 8)}.png`);
        await page.screenshot({ path: file }).catch(() => {});
      }
    }
    await this.browser.close();
  }
}

// The driver keeps its protocol session to itself; package-lock.json pins the version this was read from.
const contextOf = (page) => page.mainFrame().browsingContext;
const send = (page, method, given) => contextOf(page).userContext.browser.session.send(method, given);

async function inPage(page, declaration, options = {}) {
  const { result } = await send(page, "script.callFunction", {
    functionDeclaration: declaration,
    awaitPromise: false,
    target: { context: contextOf(page).id },
    ...options,
  });
  if (result.type !== "success") throw new Error(result.exceptionDetails?.text ?? "the page refused");
  return result.result;
}

const childrenOf = ({ value }) => [...(value?.children ?? []), ...(value?.shadowRoot ? [value.shadowRoot] : [])];
const textOf = (node) =>
  node.value?.nodeType === 3
    ? node.value.nodeValue
    : node.value?.localName === "style" || node.value?.localName === "script"
      ? ""
      : childrenOf(node).map(textOf).join(" ");

async function tree(page) {
  return inPage(page, "() => document.body", { serializationOptions: { maxDomDepth: null, includeShadowTree: "all" } });
}

/** All text of the page, closed shadow roots included, whether shown or not. */
export async function text(page) {
  return textOf(await tree(page)).replace(/\s+/g, " ");
}

function search(node, wanted) {
  const attributes = node.value?.attributes ?? {};
  const role = attributes.role ?? node.value?.localName;
  const name = (attributes["aria-label"] ?? textOf(node)).replace(/\s+/g, " ").trim();
  if (role === wanted.role && wanted.name.test(name)) return node;
  for (const child of childrenOf(node)) {
    const found = search(child, wanted);
    if (found) return found;
  }
  return null;
}

async function centre(page, { sharedId }) {
  const measure = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return `${width} ${x + width / 2} ${y + height / 2}`;
  };
  const answer = await inPage(page, String(measure), { arguments: [{ sharedId }] });
  const [width, x, y] = answer.value.split(" ").map(Number);
  return width > 0 ? [x, y] : null;
}

/** Where the shown element with that role (or tag) and name is, as soon as it is there. */
function place(page, role, name) {
  return until(
    async () => {
      const found = search(await tree(page), { role, name });
      return found ? centre(page, found) : null;
    },
    `a ${role} named ${name} on ${page.url()}`,
    20,
  );
}

/** Moves the mouse onto it. */
export async function point(page, role, name) {
  await page.mouse.move(...(await place(page, role, name)));
}

/** One real click on it. */
export async function click(page, role, name) {
  await point(page, role, name);
  // Pointing may open or move things; aim again before pressing.
  await point(page, role, name);
  await page.mouse.down();
  await page.mouse.up();
}

/** Resolves to the page's text as soon as it matches. */
export function reads(page, pattern, seconds = 20) {
  return until(async () => {
    const now = await text(page);
    return pattern.test(now) ? now : null;
  }, `${pattern} on ${page.url()}`, seconds);
}

function withClass(node, name) {
  if ((node.value?.attributes?.class ?? "").split(" ").includes(name)) return node;
  return childrenOf(node).map((child) => withClass(child, name)).find(Boolean);
}

/** What `measure`, run in the page, says of the part of the in-page button that has that class. It must return text. */
export async function insideButton(page, name, measure) {
  const part = await until(async () => withClass(await tree(page), name), `the button's ${name}`);
  return (await inPage(page, String(measure), { arguments: [{ sharedId: part.sharedId }] })).value;
}
