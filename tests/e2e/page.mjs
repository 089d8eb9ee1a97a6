/**
 * Finding and using things the way a person does: by what they are and what they are called.
 *
 * The accessibility tree reaches into closed shadow roots, which no script of a page can; so these find the in-page
 * button exactly as a screen reader finds it, and use it by real mouse and keyboard events.
 */
const PAUSE = 40;

/** Resolves to the first truthy value of `look()`, asked again and again; rejects naming `what` after `seconds`. */
export async function until(look, what, seconds = 15) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

const sessions = new WeakMap();

async function session(page) {
  if (!sessions.has(page)) sessions.set(page, await page.createCDPSession());
  return sessions.get(page);
}

/** Everything a screen reader could come to: [{role, name, node, properties}]. */
async function everything(page) {
  const cdp = await session(page);
  const { nodes } = await cdp.send("Accessibility.getFullAXTree");
  return nodes
    .filter((node) => !node.ignored)
    .map((node) => ({
      role: node.role?.value ?? "",
      name: node.name?.value ?? "",
      node: node.backendDOMNodeId,
      properties: Object.fromEntries((node.properties ?? []).map(({ name, value }) => [name, value.value])),
    }));
}

const fits = (name, wanted) => (wanted instanceof RegExp ? wanted.test(name) : name === wanted);

/** All things of a role whose accessible name is (or matches) `name`, now. */
export async function all(page, role, name) {
  return (await everything(page)).filter((thing) => thing.role === role && fits(thing.name, name));
}

/** The one thing of that role and name, as soon as it is there. */
export function find(page, role, name, seconds) {
  return until(async () => (await all(page, role, name))[0], `a ${role} named ${name} on ${page.url()}`, seconds);
}

/** Resolves when there is no such thing any more. */
export function gone(page, role, name, seconds) {
  return until(async () => (await all(page, role, name)).length === 0, `no ${role} named ${name}`, seconds);
}

/** All text a person could read on the page now, closed shadow roots included. */
export async function text(page) {
  return (await everything(page)).filter(({ role }) => role === "StaticText").map(({ name }) => name).join("\n");
}

/** Resolves to the page's text as soon as it matches. */
export async function reads(page, pattern, seconds) {
  let last = "";
  try {
    return await until(async () => {
      last = await text(page);
      return pattern.test(last) ? last : null;
    }, `${pattern}`, seconds);
  } catch (error) {
    throw new Error(`${error.message} on ${page.url()}, which reads:\n${last.slice(0, 3000)}`);
  }
}

/** The rectangle of a found thing in the page: {x, y, width, height}. */
export async function box(page, thing) {
  const cdp = await session(page);
  await cdp.send("DOM.scrollIntoViewIfNeeded", { backendNodeId: thing.node });
  const { model } = await cdp.send("DOM.getBoxModel", { backendNodeId: thing.node });
  const [x, y, right, , , bottom] = model.border;
  return { x, y, width: right - x, height: bottom - y };
}

const DRAWN_ANEW = /detached from document|Could not compute box model|No node (found )?(with|for) given/;

async function centre(page, thing) {
  const { x, y, width, height } = await box(page, thing);
  return [x + width / 2, y + height / 2];
}

/** Moves the mouse onto a thing. One that is drawn anew between finding and measuring it is looked for again. */
export async function point(page, role, name) {
  const at = await until(async () => {
    const thing = await find(page, role, name);
    return centre(page, thing).catch((error) => {
      if (DRAWN_ANEW.test(error.message)) return null;
      throw error;
    });
  }, `a ${role} named ${name} that stays`);
  await page.mouse.move(...at);
}

/** One real click on a thing: moves the mouse there, lets the page settle under it, presses and releases. */
export async function click(page, role, name) {
  await point(page, role, name);
  // Pointing may open or move things; aim again before pressing.
  await point(page, role, name);
  await page.mouse.down();
  await page.mouse.up();
}

/** The role and name of what has the keyboard's focus. */
export async function focused(page) {
  return (await everything(page)).filter(({ properties }) => properties.focused).at(-1) ?? null;
}

/** Presses Tab until the focus is on that thing; rejects after `limit` presses. */
export async function tabTo(page, role, name, limit = 80) {
  for (let pressed = 0; pressed < limit; pressed += 1) {
    await page.keyboard.press("Tab");
    const here = await focused(page);
    if (here?.role === role && fits(here.name, name)) return here;
  }
  throw new Error(`Tab did not reach a ${role} named ${name} in ${limit} presses`);
}
