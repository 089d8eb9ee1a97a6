/**
 * Tells a meant click from one that only fell on a verdict because the pill opened under a resting pointer:
 * the pointer must have moved since, or a moment must have passed.
 */

const MOVED = 4;
const SETTLED = 350;

type At = Pick<PointerEvent, "clientX" | "clientY" | "timeStamp">;

export interface ClickGuard {
  /** The pill has changed under the pointer. */
  changed: (at: At) => void;
  means: (later: At) => boolean;
}

export function newClickGuard(): ClickGuard {
  let last = { clientX: -Infinity, clientY: -Infinity, timeStamp: -Infinity };
  return {
    changed: ({ clientX, clientY, timeStamp }) => {
      last = { clientX, clientY, timeStamp };
    },
    means: ({ clientX, clientY, timeStamp }) =>
      timeStamp - last.timeStamp >= SETTLED ||
      Math.hypot(clientX - last.clientX, clientY - last.clientY) >= MOVED,
  };
}
