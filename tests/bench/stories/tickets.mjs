/** Tickets as Trac shows them, with as much around them as a busy page has, served on a port of their own. */
import { createServer } from "node:http";
import { until } from "../../e2e/page.mjs";

export const ROWS = 8_000;
export const MUTATIONS = 1_500;
/** How long after its load a late ticket shows itself, in milliseconds. */
export const LATE = 700;

const ticket = (n) => `
  <div id="ticket" class="trac-content">
    <div id="ticketbox"><h2>#${n} <span class="trac-status">closed</span></h2></div>
    <h1 id="trac-ticket-title"><span class="trac-id">#${n}</span> <span class="summary">Customer export misses the last day</span></h1>
    <table class="properties"><tr>
      <th id="h_reporter">Reported by:</th><td headers="h_reporter"><a href="/env/query?reporter=tomas">tomas</a></td>
      <th id="h_owner">Owned by:</th><td headers="h_owner"><a href="/env/query?owner=ana">ana</a></td>
    </tr></table>
  </div>`;

const rows = (count) =>
  `<div id="rows">${Array.from({ length: count }, (_, n) => `<div class="row"><span>${n}</span><a href="/env/report/${n}">Row ${n}</a><span>open</span></div>`).join("")}</div>`;

/** Run by the page itself: counts what moves and notes when the anchor and the button come. */
const watch = `
  globalThis.seen = { shift: 0, anchor: null, button: null };
  try {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  } catch {}
  const look = () => {
    if (seen.anchor === null && document.querySelector("#ticketbox > h2")) seen.anchor = performance.now();
    if (seen.button === null && document.querySelector("handclasp-button")) {
      seen.button = Infinity;
      requestAnimationFrame(() => setTimeout(() => (seen.button = performance.now()), 0));
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  /** Changes rows one at a time, each in a task of its own, as a page with a live connection does. */
  globalThis.mutate = (count) => new Promise((resolve) => {
    const all = document.querySelectorAll(".row");
    const { port1, port2 } = new MessageChannel();
    let done = 0;
    port1.onmessage = () => {
      if (done === count) { port1.close(); resolve(done); return; }
      const row = all[(done * 7) % all.length];
      if (done % 3 === 0) row.lastChild.textContent = "closed " + done;
      else if (done % 3 === 1) row.append(document.createElement("i"));
      else row.parentNode.insertBefore(row, row.parentNode.firstChild);
      done += 1;
      port2.postMessage(0);
    };
    port2.postMessage(0);
  });`;

const page = (body, title) => `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
  <style>body{font:14px sans-serif;margin:16px}.row{height:20px;contain:strict}</style><script>${watch}</script></head><body>${body}</body></html>`;

const late = (n) => `<div id="content"></div><p>Below</p><script>
  addEventListener("load", () => setTimeout(() => { document.querySelector("#content").innerHTML = ${JSON.stringify(ticket(n))}; }, ${LATE}));</script>`;

/** Resolves to the server's origin. `close` is pushed to `closing`. */
export async function serveTickets(closing) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const [, kind, number] = /^\/(env|busy|late)\/ticket\/(\d+)$/.exec(pathname) ?? [];
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    if (kind === "env") response.end(page(`${ticket(number)}<p>Below</p>`, `#${number}`));
    else if (kind === "busy") response.end(page(ticket(number) + rows(ROWS), `#${number}`));
    else if (kind === "late") response.end(page(late(number), `#${number}`));
    else response.end(page(`<h1>A report</h1>${rows(ROWS)}`, "Report"));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  }));
  return `http://127.0.0.1:${server.address().port}`;
}

/** Has the page change itself, and resolves when it is done, however long that takes on a busy machine. */
export async function mutateRows(page) {
  await page.evaluate((count) => {
    globalThis.mutated = 0;
    void globalThis.mutate(count).then((done) => (globalThis.mutated = done));
  }, MUTATIONS);
  await until(() => page.evaluate(() => globalThis.mutated > 0), "the page to have changed", 60);
}

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
