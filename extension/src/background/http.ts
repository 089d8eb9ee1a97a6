/** The one way to the server's API. */
import type { Problem } from "../shared/api.js";
import { t } from "../shared/browser.js";
import { freshAccess, refusedAccess } from "./tokens.js";
import type { Account } from "./store.js";

const TIMEOUT = 20_000;

export type Answered<T> =
  | { kind: "ok"; status: number; body: T; etag: string | null }
  | { kind: "refused"; status: number; problem: Problem; retryAfter: string | null }
  | { kind: "no-answer" };

export interface Call {
  method: "GET" | "PUT" | "POST" | "DELETE";
  /** Path below the server's address, with the query. */
  path: string;
  body?: unknown;
  etag?: string | null;
}

/** Thrown where a sentence is all that anybody can do with a failure. */
export class Sentence extends Error {}

/**
 * Calls the API as the account's member. A token that is no longer taken is refreshed once; a 401 that is
 * returned means that the member has to connect again.
 */
export async function call<T>(account: Account, request: Call): Promise<Answered<T>> {
  const access = await freshAccess(account);
  if (access === null) return { kind: "no-answer" };
  const first = await once<T>(account.server, access, request);
  if (first.kind !== "refused" || first.status !== 401) return first;
  const next = await refusedAccess(account, access);
  if (next === "no-answer") return { kind: "no-answer" };
  return next === "sign-in" ? first : once<T>(account.server, next.access, request);
}

/** Like `call`, for what is shown at once: returns the body or throws a Sentence. */
export async function callOrTell<T>(account: Account, request: Call): Promise<T> {
  const answered = await call<T>(account, request);
  if (answered.kind === "ok") return answered.body;
  if (answered.kind === "no-answer") throw new Sentence(t("serverAway"));
  throw new Sentence(answered.status === 401 ? t("signInAgain") : answered.problem.detail);
}

async function once<T>(server: string, access: string, request: Call): Promise<Answered<T>> {
  const headers = new Headers({ Authorization: `Bearer ${access}`, Accept: "application/json" });
  if (request.body !== undefined) headers.set("Content-Type", "application/json");
  if (request.etag !== undefined && request.etag !== null) headers.set("If-None-Match", request.etag);
  try {
    const response = await fetch(server + request.path, {
      method: request.method,
      headers,
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (response.ok) {
      return { kind: "ok", status: response.status, body: (await response.json()) as T, etag: response.headers.get("ETag") };
    }
    if (response.status === 304) return { kind: "ok", status: 304, body: null as T, etag: request.etag ?? null };
    return { kind: "refused", status: response.status, problem: await problemIn(response), retryAfter: response.headers.get("Retry-After") };
  } catch {
    return { kind: "no-answer" };
  }
}

async function problemIn(response: Response): Promise<Problem> {
  const told = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  const text = (name: string): string | null => (typeof told?.[name] === "string" ? told[name] : null);
  return {
    code: text("type")?.split(":").at(-1) ?? "unknown",
    status: response.status,
    detail: text("detail") ?? text("title") ?? t("serverRefused", String(response.status)),
    existing: text("existing"),
    pointer: pointerIn(told),
  };
}

function pointerIn(told: Record<string, unknown> | null): string | null {
  const [first] = Array.isArray(told?.["errors"]) ? (told["errors"] as ({ pointer?: unknown } | null)[]) : [];
  return typeof first?.pointer === "string" ? first.pointer : null;
}
