/** Redmine 5.0: an issue, what its own scripts change in it, and the way to the list of issues. */
import { play, step } from "../../e2e/protocol.mjs";
import { until } from "../../e2e/page.mjs";
import { buttons } from "../../e2e/desk.mjs";
import { customer, elsewhere, follow, inTool, rate, settled, shown } from "../customer.mjs";

play(async (script, closing) => {
  const tomas = await customer(script, closing);
  step("Tomas signs in to Redmine");
  const page = await tomas.page(`${script.site}/login?back_url=${encodeURIComponent(script.item)}`);
  await page.type("#username", script.account.login);
  await page.type("#password", script.account.password);
  await Promise.all([page.waitForNavigation(), page.click("#login-submit")]);
  const found = await shown(page);
  const { clicks, rows } = await rate(script, page, "Ana Ruiz");

  step("watching puts other links into the row of actions");
  await page.click("#content > .contextual .issue-1-watcher.icon-fav-off");
  await page.waitForSelector("#content > .contextual .issue-1-watcher.icon-fav");
  const afterWatching = await buttons(page);

  step("a related issue is added in place");
  await page.click("#relations > .contextual a");
  await page.waitForSelector("#relation_issue_to_id", { visible: true });
  await page.type("#relation_issue_to_id", "2");
  await page.click('#new-relation-form input[type="submit"]');
  await page.waitForSelector('#relations a[href$="/issues/2"]');
  const afterRelating = await buttons(page);

  step("the form opens in the page, and its fields are drawn anew");
  await page.click("#content > .contextual .icon-edit");
  await page.waitForSelector("#issue_tracker_id", { visible: true });
  await page.evaluate(() => (document.querySelector("#issue_subject").dataset.before = "yes"));
  await page.select("#issue_tracker_id", await page.$eval("#issue_tracker_id option:not(:checked)", ({ value }) => value));
  await until(() => page.evaluate(() => document.querySelector("#issue_subject").dataset.before === undefined), "the new fields");
  const afterDrawing = await buttons(page);

  step("the issue is assigned to Mei, and comes anew");
  await page.select("#issue_assigned_to_id", String(script.mei));
  await Promise.all([page.waitForNavigation(), page.click('#issue-form input[type="submit"]')]);
  // Mei's work is another handoff than Ana's on the same issue.
  const afterSaving = await shown(page, "rest");

  step("on to the list");
  await follow(page, "#main-menu a.issues");
  const left = await settled(page);
  await page.waitForSelector("table.issues");
  await follow(page, 'table.issues a[href$="/issues/2"]');
  const onTheNext = await shown(page);

  const others = await elsewhere(tomas, script.others);
  const all = await inTool(script, () => true);
  return { found, clicks, rows, afterWatching, afterRelating, afterDrawing, afterSaving, left, onTheNext, others, all };
});
