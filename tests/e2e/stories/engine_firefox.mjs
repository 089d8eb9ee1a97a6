/** The in-page engine in Firefox: styled under the strictest policy, drawn anew, moved without a load, restored. */
import { play, step } from "../protocol.mjs";
import { until } from "../page.mjs";
import { enableSite, signIn } from "../desk.mjs";
import { Firefox, insideButton, reads } from "../firefox.mjs";
import { servePages } from "../pages_server.mjs";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

play(async (script, closing) => {
  const sites = await servePages(script.people, closing);
  const firefox = await Firefox.open({ name: "tomas", extension: script.firefox, artifacts: script.artifacts });
  closing.push((failure) => firefox.close(failure));
  const options = await firefox.own("options.html");
  await (await options.waitForSelector("#server")).type(script.server);
  const window = await firefox.opened((url) => url.startsWith(script.server), () => options.click("#connect"), "the sign-in window");
  await signIn(script, window, "tomas");
  await options.waitForSelector("#connected");
  await options.bringToFront();
  await enableSite(options, sites.trac, "trac");

  const stands = (page) => until(() => page.evaluate(() => {
    const all = [...document.querySelectorAll("handclasp-button")].filter((each) => each.checkVisibility());
    return all.length === 1 && all[0].closest("#ticketbox") !== null;
  }), "one button in the ticket's line", 10);

  step("the strictest policy");
  const strict = await firefox.page(`${sites.trac}/env/ticket/1?mode=strict`);
  await stands(strict);
  await reads(strict, /Rate this handoff/);
  const pill = await insideButton(strict, "pill", (each) => `${each.offsetHeight} ${getComputedStyle(each).borderTopLeftRadius}`);
  await strict.close();

  const page = await firefox.page(`${sites.trac}/env/ticket/1`);
  await stands(page);
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
  const redrawn = {};
  for (const [name, deed] of Object.entries(deeds)) {
    step(name);
    await page.evaluate(deed);
    await pause(350);
    redrawn[name] = await page.evaluate(() => [...document.querySelectorAll("handclasp-button")].map((each) => each.getBoundingClientRect().height));
  }
  return { pill, redrawn };
});
