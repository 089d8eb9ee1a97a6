/** Answers the panel about agreements, repairs, my own service and my rights. */
import type { FromFairPlay } from "../shared/fair-play-messages.js";
import { requireAccount } from "./connection.js";
import { answerExpectation, cachedExpectations, expectationView, moreExpectations, propose, readExpectations, thankEarly } from "./expectations.js";
import { poll } from "./inbox.js";
import type { Handlers } from "./listen.js";
import { changed } from "./notify.js";
import { repairOf, repairView, say, settle } from "./repairs.js";
import { mute, mutes, pause, paused, publish, report } from "./rights.js";
import { cachedService, readReleases, readService } from "./service.js";
import { giveUp } from "./telling.js";

/** Gives the answer once everybody who shows it has been told that it has changed. */
async function andTell<T>(answer: Promise<T>): Promise<T> {
  const value = await answer;
  await changed();
  return value;
}

export const fromFairPlay: Handlers<FromFairPlay> = {
  "panel.cached-expectations": async () => cachedExpectations(await requireAccount()),
  "panel.expectations": async () => readExpectations(await requireAccount()),
  "panel.more-expectations": async ({ side, cursor }) => moreExpectations(await requireAccount(), side, cursor),
  "panel.expectation": async ({ expectation }) => expectationView(await requireAccount(), expectation),
  "panel.propose": async ({ proposal, known }) => andTell(propose(await requireAccount(), proposal, known)),
  "panel.answer": async ({ expectation, answer }) => andTell(answerExpectation(await requireAccount(), expectation, answer)),

  "panel.thank-early": async ({ expectation, text }) => {
    const account = await requireAccount();
    await thankEarly(account, expectation, text);
    return andTell(expectationView(account, expectation));
  },

  "panel.repair": async ({ repair }) => repairView(await requireAccount(), repair),
  "panel.say": async ({ repair, text }) => andTell(say(await requireAccount(), repair, text)),
  "panel.settle": async ({ repair, state }) => andTell(settle(await requireAccount(), repair, state)),
  "panel.repair-of": async ({ id }) => repairOf(await requireAccount(), id),

  "panel.give-up": async ({ id }) => {
    await giveUp(await requireAccount(), id);
    await changed();
    return null;
  },

  "panel.cached-service": async () => cachedService(await requireAccount()),
  "panel.service": async () => readService(await requireAccount()),

  "panel.read-releases": async ({ ids }) => {
    const answer = await readReleases(await requireAccount(), ids);
    // They count on the toolbar button, too.
    await poll();
    return answer;
  },

  "panel.paused": async () => paused(await requireAccount()),
  "panel.pause": async ({ paused: value }) => pause(await requireAccount(), value),
  "panel.mutes": async () => mutes(await requireAccount()),
  "panel.mute": async ({ colleague, kind }) => mute(await requireAccount(), colleague, kind),

  "panel.report": async ({ note, reason }) => {
    await report(await requireAccount(), note, reason);
    return null;
  },

  "panel.publish": async ({ note, public: isPublic }) => publish(await requireAccount(), note, isPublic),
};
