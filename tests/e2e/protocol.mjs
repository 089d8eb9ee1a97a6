/**
 * How a story talks with the Python side that started it: one JSON object per line.
 *
 *   in    the script of the story (addresses, folders, people), once
 *   out   {"step": text}                      what happens now, for the log
 *   out   {"ask": name, "with": {...}}        something only the Python side can do (kill the server, read a row)
 *   in    {"answer": value} or {"error": text}
 *   out   {"done": results} or {"failed": text}
 */
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

async function hear() {
  const { value, done } = await lines.next();
  if (done) throw new Error("the Python side has gone");
  return JSON.parse(value);
}

/** Says what happens now. */
export const step = (text) => say({ step: text });

/** Has the Python side do `name` and returns its answer; rejects when it could not. */
export async function ask(name, given = {}) {
  say({ ask: name, with: given });
  const reply = await hear();
  if ("error" in reply) throw new Error(`${name}: ${reply.error}`);
  return reply.answer;
}

/**
 * Plays a story: reads its script, runs it, and says how it ended.
 * `story(script, closing)` may push functions to `closing`; they run last to first, whatever happens, and get the
 * failure or null.
 */
export async function play(story) {
  const closing = [];
  let failure = null;
  let results = null;
  try {
    results = await story(await hear(), closing);
  } catch (error) {
    failure = error;
  }
  for (const close of closing.reverse()) {
    try {
      await close(failure);
    } catch (error) {
      failure ??= error;
    }
  }
  say(failure ? { failed: failure.stack ?? String(failure) } : { done: results ?? {} });
  process.exit(failure ? 1 : 0);
}
