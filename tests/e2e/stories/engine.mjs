/**
 * The in-page engine against pages that draw themselves in every way: drawn anew, hidden, late, modal, several at once,
 * moved without a load, in shadow roots and frames, under the strictest policy, restored from the history, not granted.
 */
import { ask, play, step } from "../protocol.mjs";
import { all, box, click, find, point, reads, until } from "../page.mjs";
import { connect, desk, enableSite, form, given, inState } from "../desk.mjs";
import { BOARD, TITLES, servePages } from "../pages_server.mjs";

const REST = "Rate this handoff";
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a person and a page can see of the buttons now. */
async function buttonsOf(page) {
  const seen = await page.evaluate(() =>
    [...document.querySelectorAll("handclasp-button")].map((each) => ({
      height: each.getBoundingClientRect().height,
      visible: each.checkVisibility({ visibilityProperty: true }),
      place: each.dataset.place,
      inside: each.parentElement.id || each.parentElement.localName,
    })),
  );
  return { elements: seen, living: (await all(page, "button", REST)).length };
}

play(async (script, closing) => {
  const sites = await servePages(script.people, closing);
  await ask("put file", { file: BOARD });
  const tomas = await desk(script, closing, "tomas");
  const options = await connect(script, tomas, "tomas");
  await options.waitForSelector("#site-tool option[value=board]");
  await enableSite(options, sites.trac, "trac");
  await enableSite(options, sites.house, "in-house");
  await enableSite(options, sites.board, "board");

  /** What the engine reads in that page now: key, title and who did it. */
  const reading = async (page) => {
    const told = await options.evaluate(async (url) => {
      const [tab] = await chrome.tabs.query({ url: `${url.split("#")[0]}*` });
      return chrome.tabs.sendMessage(tab.id, { type: "panel.what-is-here" }).catch(() => null);
    }, page.url());
    return told && { key: told.item.key, title: told.item.title, email: told.people.find(({ role }) => role === "owner")?.email ?? null };
  };
  const shows = (page, key) => until(async () => {
    const now = await reading(page);
    return now?.key === key && (await all(page, "button", REST)).length === 1 && now;
  }, `the item ${key}`, 6);
  const ticket = async (n, mode = "") => tomas.page(`${sites.trac}/env/ticket/${n}${mode && `?mode=${mode}`}`);
  const rated = (key) => given("tomas", (rows) => rows.some((row) => row.item.key === key), `the rating of ${key}`, 8);
  const ratings = async () => (await ask("given", { login: "tomas" })).map(({ item, subject, verdict }) => ({ key: item.key, title: item.title, subject: subject.name, verdict }));
  const opened = async (page) => {
    await page.mouse.move(5, 5);
    await point(page, "button", REST);
    await find(page, "button", "Met");
  };
  const stands = (page, selector, seconds) => until(() => page.evaluate((into) => document.querySelector(`${into} handclasp-button`) !== null, selector), `the button in ${selector}`, seconds);

  const told = {};
  const scenes = {
    async redrawn() {
      const page = await ticket(1);
      await find(page, "button", REST);
      const deeds = {
        replaced: () => draw(1),
        "cloned and replaced": () => {
          const anchor = document.querySelector("#ticketbox > h2");
          anchor.replaceWith(anchor.cloneNode(true));
        },
        "cloned beside": () => {
          const anchor = document.querySelector("#ticketbox > h2");
          anchor.after(anchor.cloneNode(true));
        },
        moved: () => document.querySelector("#elsewhere").append(document.querySelector("#ticket")),
        hidden: () => document.querySelectorAll("#ticketbox").forEach((each) => (each.style.display = "none")),
      };
      const after = {};
      for (const [name, deed] of Object.entries(deeds)) {
        await page.evaluate(deed);
        await pause(350);
        after[name] = await buttonsOf(page);
      }
      await page.close();
      return after;
    },
    async removed() {
      const page = await ticket(1);
      await find(page, "button", REST);
      const times = [];
      for (let round = 0; round < 8; round += 1) {
        times.push(await page.evaluate(() => new Promise((resolve) => {
          const begun = performance.now();
          new MutationObserver((_, observer) => {
            if (!document.querySelector("handclasp-button")) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun), 0));
          }).observe(document, { childList: true, subtree: true });
          document.querySelector("handclasp-button").remove();
        })));
      }
      await page.close();
      return Math.max(...times);
    },
    async unwanted() {
      const page = await ticket(1);
      await find(page, "button", REST);
      await page.evaluate(() => {
        globalThis.thrownOut = { text: 0, floating: 0 };
        const throwOut = () => {
          for (const each of document.querySelectorAll("handclasp-button")) {
            globalThis.thrownOut[each.closest("#root") ? "text" : "floating"] += 1;
            each.remove();
          }
        };
        new MutationObserver(throwOut).observe(document, { childList: true, subtree: true });
        throwOut();
      });
      let last = -1;
      await until(async () => {
        const now = await page.evaluate(() => globalThis.thrownOut.text + globalThis.thrownOut.floating);
        if (now === last) return true;
        last = now;
        await pause(1200);
        return false;
      }, "the button to give up", 15);
      const before = await page.evaluate(() => seen.mutations);
      await page.evaluate(() => document.querySelector("#elsewhere").append("More"));
      await pause(1000);
      const facts = await page.evaluate(() => ({ ...globalThis.thrownOut, mutations: seen.mutations, left: document.querySelectorAll("handclasp-button").length }));
      await page.close();
      return { ...facts, later: facts.mutations - before };
    },
    async late() {
      const page = await ticket(1, "late");
      await find(page, "button", REST);
      const times = await until(() => page.evaluate(() => Number.isFinite(seen.painted) && seen.painted !== null && seen), "the paint");
      await page.close();
      return times.painted - times.anchor;
    },
    async nowhere() {
      const page = await ticket(3, "nowhere");
      const corner = await until(() => page.evaluate(() => {
        const rect = document.querySelector("handclasp-button[data-place=floating]")?.getBoundingClientRect();
        return rect && Number.isFinite(seen.painted) && seen.painted !== null && { right: innerWidth - rect.right, bottom: innerHeight - rect.bottom, after: seen.painted };
      }), "the floating button", 6);
      await opened(page);
      await click(page, "button", "Met");
      const rows = await rated("env#3");
      await page.evaluate(() => draw(3));
      await stands(page, "#ticketbox > h2", 3);
      const count = await page.evaluate(() => document.querySelectorAll("handclasp-button").length);
      await page.close();
      return { corner, row: rows.find(({ item }) => item.key === "env#3").subject.name, count };
    },
    async modal() {
      const page = await tomas.page(`${sites.board}/board`);
      await pause(200);
      const before = (await buttonsOf(page)).elements.length;
      await page.evaluate(() => {
        history.pushState(null, "", "/board?selected=2");
        root().innerHTML = `<div role="dialog" data-item="2">${rows[2]}</div>`;
      });
      const now = await shows(page, "2");
      await stands(page, "[role=dialog]", 2);
      const count = (await buttonsOf(page)).elements.length;
      await page.close();
      return { before, now, count };
    },
    async native() {
      const page = await tomas.page(`${sites.board}/native/1`);
      await until(() => page.evaluate(() => document.querySelector("html > handclasp-button") !== null), "the floating button", 6);
      await page.evaluate(() => document.querySelector("dialog").showModal());
      await stands(page, "dialog", 3);
      await opened(page);
      await click(page, "button", "Exceeded");
      await rated("1");
      await page.evaluate(() => document.querySelector("dialog").close());
      await until(() => page.evaluate(() => document.querySelector("html > handclasp-button")?.checkVisibility() === true), "the button out of the dialog", 3);
      const { elements } = await buttonsOf(page);
      await page.close();
      return elements;
    },
    async several() {
      const page = await tomas.page(`${sites.house}/house`);
      const states = () => page.evaluate(() => Object.fromEntries([...document.querySelectorAll("[data-handclasp-item]")].map((each) => [
        each.dataset.handclaspItem,
        [...each.querySelectorAll("[data-handclasp-button] > handclasp-button")].map((button) => button.dataset.state),
      ])));
      const become = (wanted) => until(async () => JSON.stringify(await states()) === JSON.stringify(wanted), JSON.stringify(wanted), 4).then(() => true, states);
      const facts = { first: await become({ "R-1": ["rest"], "R-3": ["rest"] }) };
      const [one] = await all(page, "button", REST);
      const at = await box(page, one);
      await page.mouse.move(at.x + 20, at.y + 10);
      await find(page, "button", "Met");
      await click(page, "button", "Met");
      facts.rated = await become({ "R-1": ["stored"], "R-3": ["rest"] });
      await page.evaluate(() => root().insertAdjacentHTML("beforeend", item[2]));
      facts.added = await become({ "R-1": ["stored"], "R-3": ["rest"], "R-2": ["rest"] });
      await page.evaluate(() => document.querySelector("[data-handclasp-item=R-3]").remove());
      facts.removed = await become({ "R-1": ["stored"], "R-2": ["rest"] });
      facts.elements = await page.evaluate(() => document.querySelectorAll("handclasp-button").length);
      await page.evaluate(() => (root().innerHTML = item[2] + item[1]));
      facts.redrawn = await become({ "R-2": ["rest"], "R-1": ["stored"] });
      await page.close();
      return facts;
    },
    async moves() {
      const page = await ticket(1);
      const facts = { one: await shows(page, "env#1") };
      await page.evaluate(() => { history.pushState(null, "", "2"); draw(2); });
      facts.pushed = await shows(page, "env#2");
      await page.evaluate(() => { history.replaceState(null, "", "4"); draw(4); });
      facts.replaced = await shows(page, "env#4");
      await page.evaluate(() => { history.pushState(null, "", "/env/report/1"); draw(0); });
      await until(async () => (await buttonsOf(page)).elements.length === 0, "the button to go", 3);
      for (const wait of [0, 4, 15, 40]) {
        await page.evaluate(() => { history.pushState(null, "", "/env/ticket/1"); draw(1); });
        await shows(page, "env#1");
        await page.evaluate(async (ms) => {
          history.pushState(null, "", "2");
          draw(2);
          if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
          history.pushState(null, "", "1");
          draw(1);
        }, wait);
        await pause(300);
        facts[`back after ${wait}`] = [await shows(page, "env#1"), (await buttonsOf(page)).elements.length];
      }
      await page.close();
      const hash = await tomas.page(`${sites.board}/hash#/item/3`);
      await hash.evaluate(() => (root().innerHTML = rows[3]));
      facts.hash = await shows(hash, "3");
      await hash.evaluate(() => { location.hash = "/item/4"; root().innerHTML = rows[4]; });
      facts.otherHash = await shows(hash, "4");
      await hash.close();
      return facts;
    },
    async hurried() {
      const page = await ticket(1);
      await opened(page);
      await point(page, "button", "Met");
      await pause(500);
      const before = await ratings();
      await page.evaluate(() => {
        history.pushState(null, "", "2");
        setTimeout(() => draw(2), 900);
      });
      const { x, y } = await box(page, (await all(page, "button", "Met"))[0]).catch(() => ({ x: 0, y: 0 }));
      for (let round = 0; round < 16; round += 1) {
        await page.mouse.down();
        await page.mouse.up();
        await page.mouse.move(x + 8 + (round % 2) * 6, y + 8 + (round % 3) * 4);
        await pause(25);
      }
      await page.mouse.move(5, 5);
      const now = await shows(page, "env#2");
      await pause(300);
      const after = await ratings();
      await page.close();
      return { given: after.slice(0, after.length - before.length), now };
    },
    /** The page names somebody else while the pill is open: the click was meant for the one before. */
    async swapped() {
      const page = await ticket(1);
      await opened(page);
      await reads(page, /Ana Ruiz/);
      const before = await ratings();
      await page.evaluate(() => {
        const other = new DOMParser().parseFromString(drawn[2], "text/html");
        document.querySelector("td[headers=h_owner]").replaceWith(other.querySelector("td[headers=h_owner]"));
      });
      await click(page, "button", "Met");
      await pause(800);
      const first = await ratings();
      await find(page, "button", "Met");
      await click(page, "button", "Met");
      await rated("env#1");
      const second = (await ratings()).find(({ key }) => key === "env#1");
      await page.close();
      return { first: first.length - before.length, second: second.subject };
    },
    async shadow() {
      const page = await tomas.page(`${sites.board}/shadow/2`);
      await until(() => page.evaluate(() => document.querySelector("x-item").shadowRoot?.querySelector("p.line > handclasp-button") != null), "the button in the shadow root", 4);
      const now = await shows(page, "2");
      await page.close();
      return now;
    },
    async strict() {
      const page = await ticket(1, "strict");
      const button = await find(page, "button", REST);
      const cdp = await page.createCDPSession();
      const { object } = await cdp.send("DOM.resolveNode", { backendNodeId: button.node });
      const { result } = await cdp.send("Runtime.callFunctionOn", {
        objectId: object.objectId,
        returnByValue: true,
        functionDeclaration: "function () { const pill = this.parentNode; return [pill.offsetHeight, getComputedStyle(pill).borderTopLeftRadius]; }",
      });
      await opened(page);
      await click(page, "button", "Missed");
      const frame = await form(page);
      const facts = { pill: result.value, form: frame.url().startsWith("chrome-extension://") };
      await page.close();
      return facts;
    },
    async framed() {
      const page = await tomas.page(`${sites.board}/outer/3`);
      await page.evaluate(() => {
        globalThis.outside = 0;
        new MutationObserver(() => (outside += document.querySelectorAll("handclasp-button").length)).observe(document, { childList: true, subtree: true });
      });
      const inFrame = () => until(() => page.evaluate(() => document.querySelector("iframe").contentDocument.querySelector("p.line > handclasp-button") !== null), "the button in the frame", 5);
      await inFrame();
      await pause(3500);
      await page.evaluate(() => {
        const next = document.createElement("iframe");
        Object.assign(next, { src: "/inner/3?slow=1", width: 700, height: 300 });
        document.querySelector("iframe").replaceWith(next);
      });
      await inFrame();
      await pause(300);
      const outside = await page.evaluate(() => globalThis.outside);
      await page.close();
      return outside;
    },
    async restored() {
      const page = await ticket(4);
      await find(page, "button", REST);
      await page.goto(`${sites.trac}/env/report/1`);
      await page.goBack();
      await until(() => page.evaluate(() => seen.restored !== null), "the page to be shown");
      const restored = await page.evaluate(() => seen.restored);
      await find(page, "button", REST);
      await opened(page);
      await click(page, "button", "Met");
      await inState(page, "stored");
      const { elements } = await buttonsOf(page);
      await page.close();
      return { restored, elements };
    },
    async strange() {
      const worlds = async (address) => {
        const page = await tomas.page("about:blank");
        const cdp = await page.createCDPSession();
        const origins = [];
        cdp.on("Runtime.executionContextCreated", ({ context }) => origins.push(context.origin));
        await cdp.send("Runtime.enable");
        await page.goto(address);
        await pause(1500);
        const elements = await page.evaluate(() => document.querySelectorAll("handclasp-button, handclasp-form").length);
        await page.close();
        return { elements, worlds: origins.filter((origin) => origin.startsWith("chrome-extension://")).length };
      };
      const path = "/env/ticket/1";
      return { granted: await worlds(sites.trac + path), strange: await worlds(sites.trac.replace("127.0.0.1", "localhost") + path) };
    },
  };
  for (const [name, scene] of Object.entries(scenes)) {
    if (script.only && !script.only.includes(name)) continue;
    step(name);
    const begun = Date.now();
    told[name] = await scene().catch((error) => ({ failed: String(error.stack ?? error).slice(0, 700) }));
    step(`${name}: ${Date.now() - begun} ms`);
  }
  return { told, titles: TITLES };
});
