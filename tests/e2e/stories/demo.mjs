/** The demo's browsers: Tomas's at once, Ana's when Enter is pressed. Ends when Tomas closes his. */
import { ask, play } from "../protocol.mjs";
import { connect, desk, enableTrac } from "../desk.mjs";

play(async (script, closing) => {
  const look = { headless: script.headless, size: [1280, 900] };
  const tomas = await desk(script, closing, "tomas", look);
  const options = await connect(script, tomas, "tomas");
  await enableTrac(script, options);
  await alone(tomas, options);
  await options.goto(`${script.trac}/ticket/1`);
  await ask("introduce");

  while (tomas.browser.connected && !(await ask("was Enter pressed"))) await pause();
  if (tomas.browser.connected) {
    const ana = await desk(script, closing, "ana", look);
    const hers = await connect(script, ana, "ana");
    await alone(ana, hers);
    await hers.goto(`chrome-extension://${ana.id}/panel.html`);
  }
  while (tomas.browser.connected) await pause();
});

/** Closes all tabs but one. */
async function alone(chromium, kept) {
  for (const page of await chromium.browser.pages()) if (page !== kept) await page.close();
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 200));
