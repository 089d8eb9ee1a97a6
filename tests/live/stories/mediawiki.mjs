/** MediaWiki 1.39: a page by all its addresses, the ways to edit it in place, and the way to another page. */
import { play, step } from "../../e2e/protocol.mjs";
import { until } from "../../e2e/page.mjs";
import { buttons, inState } from "../../e2e/desk.mjs";
import { customer, elsewhere, follow, inTool, rate, settled, shown } from "../customer.mjs";

play(async (script, closing) => {
  const tomas = await customer(script, closing);
  step("Tomas signs in to MediaWiki");
  const page = await tomas.page(`${script.site}/index.php?title=Special:UserLogin&returnto=Storage_move`);
  await page.type("#wpName1", script.account.login);
  await page.type("#wpPassword1", script.account.password);
  await Promise.all([page.waitForNavigation(), page.click("#wpLoginAttempt")]);
  const found = await shown(page);
  const { clicks, rows } = await rate(script, page, "Ana Ruiz");

  step("watching changes the page's own buttons");
  await page.waitForSelector("#ca-watch a");
  await page.click("#ca-watch a");
  await page.waitForSelector("#ca-unwatch a");
  const afterWatching = await buttons(page);

  step("every address of the page is the same item");
  const sameItem = {};
  for (const address of script.sameItem) {
    step(address);
    await page.goto(address);
    await inState(page, "stored");
    sameItem[address.slice(script.site.length)] = await buttons(page);
  }

  step("the page becomes an editor, and a page again");
  await page.goto(script.item);
  await shown(page, "stored");
  await page.evaluate(() => (globalThis.sameDocument = true));
  await page.click("#ca-ve-edit a");
  await page.waitForSelector(".ve-ui-surface .ve-ce-documentNode[contenteditable=true]");
  const whileEditing = await shown(page, "stored");
  await page.click("#ca-view a");
  const isPage = () => page.evaluate(() => globalThis.sameDocument && document.querySelector(".ve-ui-surface") === null);
  await until(isPage, "the editor to go, in the same document");
  const afterEditing = await shown(page, "stored");

  step("on to another page, by a link in the text");
  await follow(page, "#mw-content-text a[href$='Night_shift/Rota']");
  const onTheNext = await shown(page);
  await inState(page, "rest");
  const next = await rate(script, page, "Ana Ruiz");

  step("on to the recent changes");
  await follow(page, "#n-recentchanges a");
  const left = await settled(page);

  const others = await elsewhere(tomas, script.others);
  const all = await inTool(script, () => true);
  return { found, clicks, rows, afterWatching, sameItem, whileEditing, afterEditing, onTheNext, next: next.rows, left, others, all };
});
