/** In a pooled organisation: Ana reads her first release; Tomas, who has none, reads why. */
import { play, step } from "../protocol.mjs";
import { reads, until } from "../page.mjs";
import { violations } from "../axe.mjs";
import { connect, desk } from "../desk.mjs";
import { panel, press } from "../panel.mjs";

play(async (script, closing) => {
  step("Ana's release");
  const ana = await desk(script, closing, "ana");
  await (await connect(script, ana, "ana")).close();
  const hers = await panel(ana);
  await hers.waitForSelector("[data-testid=entry-release]");
  const inbox = await reads(hers, /colleagues/);
  const badge = await until(() => ana.badge(hers), "the badge");
  await until(async () => (await ana.badge(hers)) === "", "having read it to clear the badge");
  const broken = await violations("a release in the inbox", hers);
  await press(hers, "why");
  const service = await reads(hers, /Your work over time/);
  await (await hers.waitForSelector("summary")).click();
  broken.push(...(await violations("my service", hers)));
  const table = await hers.$$eval("table tbody tr", (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));

  step("why Tomas sees nothing yet");
  const tomas = await desk(script, closing, "tomas");
  await (await connect(script, tomas, "tomas")).close();
  const his = await panel(tomas);
  await reads(his, /Why do I see nothing yet/);
  await press(his, "why");
  await his.waitForSelector("[data-testid=why-nothing-yet]");
  const why = await his.$eval("[data-testid=why-nothing-yet]", (box) => box.textContent);
  broken.push(...(await violations("why nothing yet", his)));
  return { inbox, badge, service, table, why, broken };
});
