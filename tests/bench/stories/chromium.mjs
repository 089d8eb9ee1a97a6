/** What the button costs a page in Chromium, by the browser's own profiler and trace. */
import { connect, desk, enableTrac } from "../../e2e/desk.mjs";
import { until } from "../../e2e/page.mjs";
import { play, step } from "../../e2e/protocol.mjs";
import { LATE, median, mutateRows, pause, serveTickets } from "./tickets.mjs";

const SAMPLING = 100;

/** Milliseconds of script of ours, from evaluation to the last callback, while `act` runs in the page. */
async function scriptTime(page, id, act) {
  const ours = (url) => typeof url === "string" && url.startsWith(`chrome-extension://${id}/`);
  const cdp = await page.createCDPSession();
  await cdp.send("Profiler.enable");
  await cdp.send("Profiler.setSamplingInterval", { interval: SAMPLING });
  await page.tracing.start({ categories: ["devtools.timeline", "v8"] });
  await cdp.send("Profiler.start");
  await act();
  const { profile } = await cdp.send("Profiler.stop");
  const { traceEvents } = JSON.parse(new TextDecoder().decode(await page.tracing.stop()));
  await cdp.detach();
  const spans = [
    ...traceEvents.filter(({ dur, args }) => dur > 0 && ours(args?.data?.url ?? args?.fileName)).map(({ ts, dur }) => [ts, ts + dur]),
    ...sampled(profile, ours),
  ];
  return union(spans) / 1000;
}

/** The spans, in microseconds, in which a function of ours was on the stack. */
function sampled({ nodes, samples, timeDeltas, startTime }, ours) {
  const inside = new Map();
  const visit = (node, within) => {
    const here = within || ours(node.callFrame.url);
    inside.set(node.id, here);
    for (const child of node.children ?? []) visit(byId.get(child), here);
  };
  const byId = new Map(nodes.map((node) => [node.id, node]));
  visit(nodes[0], false);
  const spans = [];
  let at = startTime;
  for (const [index, node] of samples.entries()) {
    at += timeDeltas[index];
    if (inside.get(node)) spans.push([at, at + (timeDeltas[index + 1] ?? SAMPLING)]);
  }
  return spans;
}

/** The length of what the spans cover, each moment once. */
function union(spans) {
  let total = 0;
  let end = -Infinity;
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total;
}

const mounted = (page) => until(() => page.evaluate(() => document.querySelectorAll("handclasp-button[data-state]").length === 1), "the button");

play(async (script, closing) => {
  const origin = await serveTickets(closing);
  const tomas = await desk(script, closing, "tomas");
  await enableTrac({ ...script, trac: origin }, await connect(script, tomas, "tomas"));
  const page = await tomas.page(`${origin}/env/ticket/1`);
  await mounted(page);

  step("from navigation to the mounted button");
  const toMount = [];
  for (let round = 0; round < script.rounds; round += 1) {
    toMount.push(await scriptTime(page, tomas.id, async () => {
      await page.goto(`${origin}/env/ticket/${round + 2}`);
      await mounted(page);
    }));
  }

  step("an anchor that comes late");
  const afterAnchor = [];
  const shifts = [];
  for (let round = 0; round < script.rounds; round += 1) {
    await page.goto(`${origin}/late/ticket/${round + 1}`);
    await mounted(page);
    await until(() => page.evaluate(() => Number.isFinite(globalThis.seen.button)), "the button to be painted");
    afterAnchor.push(await page.evaluate(() => globalThis.seen.button - globalThis.seen.anchor));
    shifts.push(await page.evaluate(() => globalThis.seen.shift));
  }
  // What the late ticket itself moves is not ours: the same page on a host that was never granted.
  const elsewhere = origin.replace("127.0.0.1", "localhost");
  await page.goto(`${elsewhere}/late/ticket/1`);
  await pause(LATE + 800);
  const bare = await page.evaluate(() => globalThis.seen.shift);

  step("a busy page");
  await page.goto(`${origin}/busy/ticket/1`);
  await mounted(page);
  await pause(500);
  const busy = await scriptTime(page, tomas.id, () => mutateRows(page));
  const still = await page.evaluate(() => document.querySelectorAll("handclasp-button").length);

  step("a granted page that is no item");
  const noItem = [];
  for (let round = 0; round < script.rounds; round += 1) {
    noItem.push(await scriptTime(page, tomas.id, async () => {
      await page.goto(`${origin}/env/report/1?${round}`);
      await mutateRows(page);
      await pause(300);
    }));
  }

  step("a site that was never granted");
  const foreign = await tomas.browser.newPage();
  const cdp = await foreign.createCDPSession();
  const worlds = [];
  cdp.on("Runtime.executionContextCreated", ({ context }) => worlds.push(context.origin));
  await cdp.send("Runtime.enable");
  const notGranted = await scriptTime(foreign, tomas.id, async () => {
    await foreign.goto(`${elsewhere}/env/ticket/1`);
    await pause(1_000);
  });
  const injected = worlds.filter((each) => each.startsWith("chrome-extension://")).length;

  return {
    version: await tomas.browser.version(),
    toMount: median(toMount),
    afterAnchor: Math.max(...afterAnchor),
    shift: Math.max(...shifts) - bare,
    busy,
    still,
    noItem: median(noItem),
    notGranted,
    injected,
    all: { toMount, afterAnchor, noItem, shifts, bare },
  };
});
