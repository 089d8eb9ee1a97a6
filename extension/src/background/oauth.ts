/** OAuth authorization code with PKCE (RFC 7636), as a public client. */
import { api } from "../shared/browser.js";

const CLIENT = "handclasp-extension";
const TIMEOUT = 20_000;

export type Granted = { kind: "tokens"; access: string; refresh: string } | { kind: "refused" } | { kind: "no-answer" };

export type Authorized = Granted | { kind: "closed" };

/** Lets the member approve this extension in a window of the server's, and takes the code for tokens. */
export async function authorize(server: string): Promise<Authorized> {
  const redirect = api.identity.getRedirectURL();
  const verifier = randomText();
  const state = randomText();
  const url = new URL("/oauth/authorize", server);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: CLIENT,
    redirect_uri: redirect,
    scope: "member",
    state,
    code_challenge: await challenge(verifier),
    code_challenge_method: "S256",
  }).toString();
  const landed = await api.identity.launchWebAuthFlow({ url: url.href, interactive: true }).catch(() => undefined);
  if (landed === undefined) return { kind: "closed" };
  const answer = new URL(landed).searchParams;
  const code = answer.get("code");
  // `iss` (RFC 9207) and `state` tell that the answer is this server's, to this question.
  const issuer = answer.get("iss");
  if (code === null || answer.get("state") !== state || (issuer !== null && new URL(issuer).origin !== server)) {
    return { kind: "refused" };
  }
  return grant(server, { grant_type: "authorization_code", code, redirect_uri: redirect, code_verifier: verifier });
}

/** Asks the token endpoint. "refused" is the server's last word; "no-answer" may pass. */
export async function grant(server: string, parameters: Record<string, string>): Promise<Granted> {
  const response = await post(server, "/oauth/token", parameters);
  if (response === null || response.status === 429 || response.status >= 500) return { kind: "no-answer" };
  if (!response.ok) return { kind: "refused" };
  const body = (await response.json().catch(() => null)) as { access_token?: unknown; refresh_token?: unknown } | null;
  if (typeof body?.access_token !== "string" || typeof body.refresh_token !== "string") return { kind: "refused" };
  return { kind: "tokens", access: body.access_token, refresh: body.refresh_token };
}

/** Ends the tokens' family at the server, as far as it can be reached. */
export async function revoke(server: string, token: string): Promise<void> {
  await post(server, "/oauth/revoke", { token });
}

async function post(server: string, path: string, parameters: Record<string, string>): Promise<Response | null> {
  return fetch(server + path, {
    method: "POST",
    body: new URLSearchParams({ client_id: CLIENT, ...parameters }),
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT),
  }).catch(() => null);
}

function randomText(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challenge(verifier: string): Promise<string> {
  return base64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
