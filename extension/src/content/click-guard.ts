/**
 * Tells a meant click from one that only fell on a verdict because the pill opened under a resting pointer:
 * the pointer must have moved since, or a moment must have passed.
 */

const MOVED = 4;
const SETTLED = 350;

export interface ClickGuard {
  opened: (at: { clientX: number; clientY: number; timeStamp: number }) => void;
  means: (click: { clientX: number; clientY: number; timeStamp: number; detail: number }) => boolean;
}

export function newClickGuard(): ClickGuard {
  let opening = { clientX: -Infinity, clientY: -Infinity, timeStamp: -Infinity };
  return {
    opened: ({ clientX, clientY, timeStamp }) => {
      opening = { clientX, clientY, timeStamp };
    },
    means: ({ clientX, clientY, timeStamp, detail }) =>
      detail === 0 ||
      timeStamp - opening.timeStamp >= SETTLED ||
      Math.hypot(clientX - opening.clientX, clientY - opening.clientY) >= MOVED,
  };
}
