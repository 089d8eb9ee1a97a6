/**
 * Tomas turns the button on from the popup, on the page itself; the organisation's own tool file moves it; a page that
 * cannot be read is told of with his consent; a lost permission and a restart cost him one click and none.
 */
import { cp, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { ask, play, step } from "../protocol.mjs";
import { find, reads, until } from "../page.mjs";
import { connect, desk as deskOf, given, inState } from "../desk.mjs";
import { pick, press, show } from "../panel.mjs";

const HOME = "http://localhost/*";

/** Where the button is: the selector of what it stands in. */
const standsIn = (page, selector) =>
  until(() => page.evaluate((parent) => document.querySelector(`${parent} > handclasp-button`) !== null, selector), `the button in ${selector}`);

/** A tool of the organisation's own whose items live in frames. */
const FRAMED = {
  id: "framed",
  name: "Framed",
  hosts: [],
  self_hosted: ["#framed"],
  frames: true,
  items: [{ kind: "ticket", paths: ["/item/{number:int}"], key: "{number}", url: "/item/{number}", provider: "owner" }],
  title: [{ select: "h1" }],
  anchors: [{ select: "h1", position: "append" }],
  people: { owner: [] },
  verified: { on: "2026-11-23", urls: "live", title: "live", anchors: "live", people: "none" },
};

/** Serves a page with an item in a frame, on every name of this machine. */
function serveFrames(closing) {
  const server = createServer((request, response) => {
    const { port } = server.address();
    const frame = `<h1>Around</h1><iframe src="http://localhost:${port}/item/1" width="600" height="200"></iframe>`;
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(`<!doctype html><title>Frames</title>${request.url === "/item/1" ? "<h1>The item in the frame</h1>" : frame}`);
  });
  closing.push(() => server.close());
  return new Promise((resolve) => server.listen(0, () => resolve(server.address().port)));
}

const itemFrame = (page) => page.waitForFrame((frame) => frame.url().endsWith("/item/1"), { timeout: 5000 });
const hasButton = (frame) => frame.evaluate(() => document.querySelector("handclasp-button") !== null);

const noButton = (page) => until(() => page.evaluate(() => document.querySelector("handclasp-button") === null), "the button to go");

play(async (script, closing) => {
  // The same Trac by another name than the server's, so that its permission can be lost alone.
  const address = `${script.trac.replace("127.0.0.1", "localhost")}/ticket/1`;
  // A copy of the extension, to be updated later.
  const extension = path.join(script.profiles, "extension");
  await cp(script.chrome, extension, { recursive: true });
  const options = { origins: ["http://127.0.0.1/*", "https://desk.example/*", HOME], extension };
  const tomas = await deskOf(script, closing, "tomas", options);
  closing.at(-1).of = "tomas";
  const settings = await connect(script, tomas, "tomas");

  const popupOn = async (page) => {
    await page.bringToFront();
    const popup = await tomas.popup(page);
    await show(popup, "give");
    return popup;
  };

  step("the settings find a tool among many");
  const rows = () => settings.$$eval("[data-testid=tool]", (all) => all.map((row) => row.dataset.tool));
  const all = await until(async () => (await rows()).length > 1 && (await rows()).length, "the tools");
  await settings.type("#search-tools", "trac-hacks");
  const found = await until(async () => (await rows()).length < all && rows(), "the tool that was sought");

  step("a page of no tool that is turned on is rated from the popup");
  const page = await tomas.page(`${address}?secret=1#secret`);
  const over = await popupOn(page);
  await press(over, "use-this-page");
  await over.waitForSelector("[data-testid=handoff] [data-testid=people-search]");
  await pick(over, "Ana Ruiz");
  await press(over, "verdict-met");
  const [rated] = await given("tomas", (rated) => rated.length === 1, "the rating");
  await over.close();
  const overSettings = await popupOn(settings);
  const refused = await reads(overSettings, /This is a page of your browser/);
  await overSettings.close();

  step("on the page itself, the popup turns the button on for it");
  const before = await popupOn(page);
  const offered = await reads(before, /This looks like Trac/);
  await press(before, "turn-on-here");
  await standsIn(page, "#ticketbox > h2");
  await find(page, "button", "Rate this handoff");

  step("the organisation's own file moves it, and gives it back");
  await ask("put tool", { anchor: "#mainnav" });
  // Opening the settings looks for it at once.
  await settings.reload();
  await standsIn(page, "#mainnav");
  await ask("delete tool");
  await settings.reload();
  await standsIn(page, "#ticketbox > h2");

  step("a page that cannot be read");
  const unreadable = await ask("put tool", { anchor: "#not-there" });
  await settings.reload();
  await until(() => page.evaluate(() => document.querySelector("handclasp-button[data-place=floating]") !== null), "the button to float");
  await page.bringToFront();
  const asked = await until(async () => {
    const popup = await popupOn(page);
    if ((await popup.waitForSelector("[data-testid=broken]", { timeout: 1500 }).catch(() => null)) !== null) return popup;
    await popup.close();
    return null;
  }, "the question", 30);
  const silent = await ask("breakages");
  await (await asked.waitForSelector("[data-testid=broken] summary")).click();
  const parts = await asked.$$eval("[data-testid=broken-parts] li", (each) => each.map((part) => part.textContent));
  await press(asked, "broken-tell");
  const told = await until(async () => {
    const now = await ask("breakages");
    return now.length > 0 && now;
  }, "the breakage at the server");
  await asked.close();
  await ask("delete tool");
  await settings.reload();
  await standsIn(page, "#ticketbox > h2");

  step("items in frames of the tool's own pages");
  await ask("put file", { file: FRAMED });
  await settings.bringToFront();
  await settings.reload();
  const port = await serveFrames(closing);
  await settings.waitForSelector("#site-tool option[value=framed]");
  await settings.type("#site-address", `http://localhost:${port}`);
  await settings.select("#site-tool", "framed");
  await settings.click("#add-site");
  await settings.waitForSelector(`[data-host="localhost:${port}"][data-on=true]`);
  const framed = await tomas.page(`http://localhost:${port}/`);
  const inside = await itemFrame(framed);
  await until(() => hasButton(inside), "the button in the frame");
  const around = await hasButton(framed);
  const overFrame = await popupOn(framed);
  const shown = await reads(overFrame, /The item in the frame/);
  await overFrame.close();
  const foreign = await tomas.page(`http://127.0.0.1:${port}/`);
  const elsewhere = await itemFrame(foreign);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const strange = await hasButton(elsewhere);
  await foreign.close();
  await framed.close();

  step("a newer file of a tool that is on names another host");
  const desk = { ...FRAMED, id: "desk", name: "Desk", frames: false, hosts: ["desk.example"] };
  await ask("put file", { file: desk });
  await settings.bringToFront();
  await settings.reload();
  await (await settings.waitForSelector("#tool-desk")).click();
  await settings.waitForSelector("[data-testid=tools-on] #tool-desk[aria-checked=true]");
  await ask("put file", { file: { ...desk, hosts: ["desk.example", "new.example"] } });
  await settings.reload();
  await settings.waitForSelector("[data-testid=allow-desk]");
  const row = await settings.$eval("[data-tool=desk]", (found) => found.textContent);
  const matches = await settings.evaluate(async () => (await chrome.scripting.getRegisteredContentScripts()).flatMap((script) => script.matches));

  step("the permission is taken back");
  await settings.evaluate((origin) => chrome.permissions.remove({ origins: [origin] }), HOME);
  await noButton(page);
  const lost = await popupOn(page);
  const strip = await reads(lost, /no longer allows it/);
  await press(lost, "allow-lost");
  await standsIn(page, "#ticketbox > h2");

  const reopened = async (what) => {
    step(what);
    const ended = closing.findLastIndex((close) => close.of === "tomas");
    await closing.splice(ended, 1)[0](null);
    const again = await deskOf(script, closing, "tomas", options);
    closing.at(-1).of = "tomas";
    const there = await again.page(address);
    await standsIn(there, "#ticketbox > h2");
    await inState(there, "rest");
  };
  await reopened("the browser starts anew");
  const manifest = path.join(extension, "manifest.json");
  await writeFile(manifest, (await readFile(manifest, "utf8")).replace(/"version": ".*"/, '"version": "9.9.9"'));
  await reopened("the extension is updated");
  return { all, found, rated, refused, offered, unreadable, silent, parts, told, strip, around, shown, strange, row, matches };
});
