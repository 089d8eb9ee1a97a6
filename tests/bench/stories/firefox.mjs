/** What the button costs a page in Firefox. The browser's own profiler samples all the while; this notes the times. */
import { enableTrac, signIn } from "../../e2e/desk.mjs";
import { Firefox } from "../../e2e/firefox.mjs";
import { until } from "../../e2e/page.mjs";
import { play, step } from "../../e2e/protocol.mjs";
import { mutateRows, pause, serveTickets } from "./tickets.mjs";

const mounted = (page) => until(() => page.evaluate(() => document.querySelectorAll("handclasp-button[data-state]").length === 1), "the button", 20);

play(async (script, closing) => {
  Object.assign(process.env, {
    MOZ_PROFILER_STARTUP: "1",
    MOZ_PROFILER_STARTUP_FEATURES: "js,cpu",
    MOZ_PROFILER_STARTUP_FILTERS: "GeckoMain",
    MOZ_PROFILER_STARTUP_INTERVAL: "0.5",
    MOZ_PROFILER_STARTUP_ENTRIES: "16777216",
    MOZ_PROFILER_SHUTDOWN: script.profile,
  });
  const origin = await serveTickets(closing);
  const firefox = await Firefox.open({ name: "tomas", extension: script.firefox, artifacts: script.artifacts });
  let open = true;
  closing.push((failure) => (open ? firefox.close(failure) : undefined));
  const options = await firefox.own("options.html");
  await (await options.waitForSelector("#server")).type(script.server);
  const window = await firefox.opened((url) => url.startsWith(script.server), () => options.click("#connect"), "the sign-in window");
  await signIn(script, window, "tomas");
  await options.waitForSelector("#connected");
  await enableTrac({ ...script, trac: origin }, options);

  const phases = { toMount: [], busy: [], noItem: [] };
  const timed = async (phase, act) => {
    const begin = Date.now();
    await act();
    phases[phase].push([begin, Date.now()]);
  };
  const page = await firefox.page(`${origin}/env/ticket/1`);
  await mounted(page);

  step("from navigation to the mounted button");
  for (let round = 0; round < script.rounds; round += 1) {
    await timed("toMount", async () => {
      await page.goto(`${origin}/env/ticket/${round + 2}`);
      await mounted(page);
    });
  }

  step("an anchor that comes late");
  const afterAnchor = [];
  for (let round = 0; round < script.rounds; round += 1) {
    await page.goto(`${origin}/late/ticket/${round + 1}`);
    await mounted(page);
    await until(() => page.evaluate(() => Number.isFinite(globalThis.seen.button)), "the button to be painted");
    afterAnchor.push(await page.evaluate(() => globalThis.seen.button - globalThis.seen.anchor));
  }

  step("a busy page");
  await page.goto(`${origin}/busy/ticket/1`);
  await mounted(page);
  await pause(500);
  await timed("busy", () => mutateRows(page));

  step("a granted page that is no item");
  for (let round = 0; round < script.rounds; round += 1) {
    await timed("noItem", async () => {
      await page.goto(`${origin}/env/report/1?${round}`);
      await mutateRows(page);
      await pause(300);
    });
  }
  const version = await firefox.browser.version();
  open = false;
  // Ends in order, so that the profile is written.
  await firefox.close();
  return { version, phases, afterAnchor: Math.max(...afterAnchor), all: { afterAnchor } };
});
