/** Which of a target's waiting operations a new wish replaces. Pure. */
import type { Operation } from "./store.js";

type Waiting = Pick<Operation, "seq" | "attempts" | "rejected">;

export interface Plan {
  /** Operations that the server has surely never seen or has refused: they need not go out. */
  drop: number[];
  /** Whether the wish has to go out as an operation of its own. */
  send: boolean;
}

function untold(operation: Waiting): boolean {
  return operation.attempts === 0 || operation.rejected !== null;
}

/** A new verdict makes every verdict that was never told superfluous. */
export function planPut(waiting: readonly Waiting[]): Plan {
  return { drop: waiting.filter(untold).map((operation) => operation.seq), send: true };
}

/**
 * Taking back drops what was never told. Only when the server knows the rating, or may know it (a try whose end
 * nobody saw), does it have to be told of the taking back; then what may be known is finished first.
 */
export function planWithdraw(waiting: readonly Waiting[], knownToServer: boolean): Plan {
  const drop = waiting.filter(untold).map((operation) => operation.seq);
  return { drop, send: knownToServer || drop.length < waiting.length };
}

/** The operations that may be tried now: the first of each target, unless it is refused or has to wait. */
export function due<T extends Pick<Operation, "seq" | "target" | "rejected" | "not_before">>(operations: readonly T[], now: number): T[] {
  return heads(operations).filter((operation) => operation.rejected === null && operation.not_before <= now);
}

/** When to look again, epoch milliseconds; null when nothing waits. */
export function nextDue(operations: readonly Pick<Operation, "seq" | "target" | "rejected" | "not_before">[]): number | null {
  const times = heads(operations)
    .filter((operation) => operation.rejected === null)
    .map((operation) => operation.not_before);
  return times.length === 0 ? null : Math.min(...times);
}

function heads<T extends Pick<Operation, "seq" | "target">>(operations: readonly T[]): T[] {
  const first = new Map<string, T>();
  for (const operation of [...operations].sort((a, b) => a.seq - b.seq)) {
    if (!first.has(operation.target)) first.set(operation.target, operation);
  }
  return [...first.values()];
}
