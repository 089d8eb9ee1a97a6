/** Asks the background. */
import { api } from "./browser.js";
import type { Answer, Ask, Reply, Requests } from "./messages.js";

/** A failure the background told in words for people. */
export class Told extends Error {}

/** Asks the background and waits for its answer. Throws Told with a sentence for people. */
export async function ask<K extends keyof Requests>(type: K, message: Ask<K>): Promise<Answer<K>> {
  const reply = await api.runtime.sendMessage<object, Reply<Answer<K>> | undefined>({ ...message, type });
  if (reply === undefined) throw new Told("No answer from the extension.");
  if (!reply.ok) throw new Told(reply.detail);
  return reply.value;
}
