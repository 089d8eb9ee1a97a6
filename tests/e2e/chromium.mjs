/**
 * Chromium with the built extension, as a user has it: the profile remembers, the popup is the real popup.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { accessSync, constants } from "node:fs";
import path from "node:path";
import puppeteer from "puppeteer-core";
import { until } from "./page.mjs";

const FLAGS = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), // Chromium's sandbox refuses root.
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  "--lang=en-US",
];

/** The path of a program, or an error that says what to install. */
export function program(name) {
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  throw new Error(`${name} is missing; install it: bash deploy/system-packages.sh`);
}

/** Chromium derives an extension's id from the public key in its manifest. */
async function extensionId(folder) {
  const { key } = JSON.parse(await readFile(path.join(folder, "manifest.json"), "utf8"));
  const digest = createHash("sha256").update(Buffer.from(key, "base64")).digest("hex");
  return [...digest.slice(0, 32)].map((digit) => "abcdefghijklmnop"[parseInt(digit, 16)]).join("");
}

/**
 * The browser's own permission dialog is no page and cannot be driven. So the user's answer to it is written into the
 * profile beforehand: the extension's `permissions.request` then finds the origins granted, but must still ask.
 * The user also keeps the extension's icon in sight.
 */
async function grantBeforehand(profile, id, origins) {
  const file = path.join(profile, "Default", "Preferences");
  const preferences = JSON.parse(await readFile(file, "utf8"));
  preferences.extensions.settings[id].runtime_granted_permissions = {
    api: [],
    explicit_host: origins,
    manifest_permissions: [],
    scriptable_host: [],
  };
  preferences.extensions.pinned_extensions = [id];
  await writeFile(file, JSON.stringify(preferences));
}

export class Chromium {
  /**
   * Starts Chromium on `profile` (made when new, with the origins the user will be found to have granted).
   * On a failure of the story the pages are kept as pictures in `artifacts`.
   */
  static async open({ name, profile, extension, origins = [], artifacts, headless = true, flags = [], size = [1100, 820] }) {
    const chromium = new Chromium();
    Object.assign(chromium, { name, artifacts, id: await extensionId(extension) });
    const launch = () =>
      puppeteer.launch({
        executablePath: program("chromium"),
        pipe: true,
        protocolTimeout: 15_000,
        headless,
        enableExtensions: true,
        userDataDir: profile,
        defaultViewport: null, // The window's own size and scale, as a person has them.
        // The driver installs what `enableExtensions: [folder]` names anew at each launch, which forgets what the
        // user granted. Loaded by the flag, the extension stays the same from launch to launch.
        args: [
          ...FLAGS,
          `--disable-extensions-except=${extension}`,
          `--load-extension=${extension}`,
          `--window-size=${size.join()}`,
          ...flags,
        ],
      });
    await mkdir(profile, { recursive: true });
    const known = await readFile(path.join(profile, "Default", "Preferences"), "utf8").then(
      (preferences) => preferences.includes(chromium.id),
      () => false,
    );
    if (!known) {
      chromium.browser = await launch();
      await chromium.#extensionRuns();
      await chromium.browser.close();
      await grantBeforehand(profile, chromium.id, origins);
    }
    chromium.browser = await launch();
    await chromium.#extensionRuns();
    return chromium;
  }

  #extensionRuns() {
    return until(async () => (this.extension = (await this.browser.extensions()).get(this.id)), "the extension to load");
  }

  /** A new tab at `url`, in front. */
  async page(url) {
    const page = await this.browser.newPage();
    await page.goto(url);
    await page.bringToFront();
    return page;
  }

  /** One of the extension's own pages in a tab. */
  own(file) {
    return this.page(`chrome-extension://${this.id}/${file}`);
  }

  /** The page that opens while `act` runs and whose address fits. */
  async opened(fits, act, what) {
    const seen = this.browser.waitForTarget((target) => fits(target.url()), { timeout: 15_000 });
    seen.catch(() => {});
    await act();
    const target = await seen.catch(() => {
      throw new Error(`${what} did not open`);
    });
    const page = (await target.page()) ?? (await target.asPage());
    // The driver hands out a page before it knows its frame.
    await until(() => page.evaluate(() => document.readyState !== "loading").catch(() => false), what);
    return page;
  }

  /** The real popup, opened on the page as by a click on the extension's icon. */
  popup(page) {
    return this.opened(
      (url) => url === `chrome-extension://${this.id}/panel.html`,
      () => page.triggerExtensionAction(this.extension),
      "the popup",
    );
  }

  /** The text of the badge on the extension's icon. `own` is any of the extension's pages. */
  badge(own) {
    return own.evaluate(() => chrome.action.getBadgeText({}));
  }

  /** Keeps a picture of every page when the story failed, and closes the browser. */
  async close(failure) {
    if (failure && this.artifacts && this.browser.connected) {
      await mkdir(this.artifacts, { recursive: true });
      for (const page of await this.browser.pages()) {
        const file = path.join(this.artifacts, `${this.name}-${randomUUID().slice(0, 8)}.png`);
        // A tab behind another one is not painted, and asking for its picture would wait forever.
        await page.bringToFront().catch(() => {});
        await page.screenshot({ path: file }).catch(() => {});
      }
    }
    if (this.browser.connected) await this.browser.close();
  }
}
