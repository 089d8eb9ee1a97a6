/** Pages that draw themselves in every way a tool's pages do, served on ports of their own; no tool need be installed. */
import { createServer } from "node:http";

/** What the tickets are called, by number. */
export const TITLES = {
  1: "Customer export misses the last day",
  2: "Badge reader at gate 4 is slow",
  3: "Invoices of March come twice",
  4: "Projector stays dark",
};
/** No page's own style, script or frame is allowed here. */
const STRICT = "default-src 'none'; style-src 'none'; script-src 'none'; frame-src 'none'; require-trusted-types-for 'script'";

const person = (people, number) => (Number(number) % 2 === 1 ? people.ana : people.mei);
const mailbox = ({ name, email }) => `${name} &lt;${email}&gt;`;

const owner = (people, n) => `<table class="properties"><tr><th id="h_owner">Owned by:</th>
  <td headers="h_owner"><a href="/env/query?owner=${person(people, n).login}">${mailbox(person(people, n))}</a></td></tr></table>`;

const ticket = (people, n) => `<div id="ticket"><div id="ticketbox"><h2>#${n} <span>closed</span></h2></div>
  <h1 id="trac-ticket-title"><span class="summary">${TITLES[n]}</span></h1>${owner(people, n)}</div>`;

/** Run by the pages: what they do with themselves, and what they count. */
const script = (people) => `
  globalThis.drawn = ${JSON.stringify(Object.fromEntries(Object.keys(TITLES).map((n) => [n, ticket(people, n)])))};
  globalThis.seen = { mutations: 0, anchor: null, painted: null, restored: null };
  globalThis.root = () => document.querySelector("#root");
  globalThis.draw = (n) => { root().innerHTML = drawn[n] ?? "<h1>A list</h1>"; };
  /** The button's coming, as it is painted. */
  const look = () => {
    if (seen.anchor === null && document.querySelector("#ticketbox > h2")) seen.anchor = performance.now();
    if (seen.painted === null && document.querySelector("handclasp-button")) {
      seen.painted = Infinity;
      requestAnimationFrame(() => setTimeout(() => (seen.painted = performance.now()), 0));
    }
  };
  new MutationObserver((records) => { seen.mutations += records.length; look(); }).observe(document, { childList: true, subtree: true });
  addEventListener("pageshow", (event) => (seen.restored = event.persisted));`;

const page = (title, body, own = "") =>
  `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>${own}</head><body>${body}</body></html>`;

const row = (people, n) => `<h3 class="t">${TITLES[n]}</h3><p class="line">Done by <a class="who" data-login="${person(people, n).login}">${mailbox(person(people, n))}</a></p>`;

const item = (people, n) => `<article data-handclasp-item="R-${n}" data-handclasp-title="${TITLES[n]}"><h2>R-${n} <span data-handclasp-button></span></h2>
  <p data-handclasp-provider-name="${person(people, n).name}" data-handclasp-provider-email="${person(people, n).email}">${person(people, n).name}</p></article>`;

/** A tool of the organisation's own, all of whose places are in the pages below. */
export const BOARD = {
  id: "board",
  name: "Board",
  hosts: [],
  self_hosted: ["#board"],
  frames: true,
  items: [
    { kind: "ticket", paths: ["/board"], query: { selected: "{number:int}" }, key: "{number}", url: "/board?selected={number}", provider: "owner", within: ["[role=dialog][data-item='{number}']"] },
    { kind: "ticket", paths: ["/hash"], fragment: ["/item/{number:int}"], key: "{number}", url: "/hash#/item/{number}", provider: "owner" },
    { kind: "ticket", paths: ["native", "shadow", "outer", "inner"].map((kind) => `/${kind}/{number:int}`), key: "{number}", url: "/item/{number}", provider: "owner" },
  ],
  title: [{ select: "x-item >>> h3.t" }, { select: "h3.t" }],
  anchors: [{ select: "x-item >>> p.line", position: "append" }, { select: "p.line", position: "append" }],
  people: {
    owner: [
      { select: "x-item >>> .who", handle: { attribute: "data-login" }, name: "text" },
      { select: ".who", handle: { attribute: "data-login" }, name: "text" },
    ],
  },
  verified: { on: "2026-11-23", urls: "live", title: "live", anchors: "live", people: "live" },
};

function answer(people, url) {
  const { pathname, searchParams } = url;
  const own = `<script>${script(people)}</script>`;
  const [, kind, n] = /^\/(\w+)(?:\/ticket)?\/(\d+)$/.exec(pathname) ?? [];
  const all = Object.keys(TITLES);
  if (kind === "env") {
    const mode = searchParams.get("mode");
    if (mode === "strict") return page(`#${n}`, ticket(people, n));
    const late = mode === "late" ? `<script>addEventListener("load", () => setTimeout(() => draw(${n}), 1000));</script>` : "";
    const nowhere = `<h1>${TITLES[n]}</h1>${owner(people, n)}<div id="root"></div>`;
    return page(`#${n}`, mode === "nowhere" ? nowhere : `<div id="root">${mode === "late" ? "" : ticket(people, n)}</div>${late}<p id="elsewhere"></p>`, own);
  }
  if (pathname === "/house") return page("House", `<h1>Requests</h1><div id="root">${item(people, 1)}${item(people, 3)}</div>`, `${own}<script>globalThis.item = ${JSON.stringify(Object.fromEntries(all.map((each) => [each, item(people, each)])))};</script>`);
  if (pathname === "/board" || pathname === "/hash") {
    const rows = Object.fromEntries(all.map((each) => [each, row(people, each)]));
    const list = all.map((each) => `<div class="row">${rows[each]}</div>`).join("");
    return page("Board", `<div id="board"></div>${pathname === "/board" ? list : ""}<div id="root"></div>`, `${own}<script>globalThis.rows = ${JSON.stringify(rows)};</script>`);
  }
  if (kind === "native") return page("Native", `<h3 class="t">${TITLES[n]}</h3><a class="who" data-login="ana">${mailbox(people.ana)}</a><dialog><p>Sure?</p><div style="height:300px"></div></dialog>`, own);
  if (kind === "shadow") {
    const late = `setTimeout(() => { document.querySelector("x-item").attachShadow({ mode: "open" }).innerHTML = ${JSON.stringify(row(people, n))}; }, 800)`;
    return page("Shadow", `<x-item></x-item><script>${late}</script>`, own);
  }
  if (kind === "outer") return page("Outer", `<h1>Around</h1><iframe src="/inner/${n}" width="700" height="300"></iframe>`, own);
  if (kind === "inner") return page("Inner", row(people, n), own);
  return page("Report", `<h1>A report</h1><div id="root"></div>`, own);
}

/** Resolves to the origins of three sites, each on a port of its own: {trac, house, board}. */
export async function servePages(people, closing) {
  const serve = async () => {
    const server = createServer((request, response) => {
      const url = new URL(request.url, "http://localhost");
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      if (url.searchParams.get("mode") === "strict") response.setHeader("Content-Security-Policy", STRICT);
      // As long as a frame takes in a large tool, which is longer than the page around it.
      setTimeout(() => response.end(answer(people, url)), url.searchParams.has("slow") ? 700 : 0);
    });
    await new Promise((resolve) => server.listen(0, resolve));
    closing.push(() => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }));
    return `http://127.0.0.1:${server.address().port}`;
  };
  return { trac: await serve(), house: await serve(), board: await serve() };
}
