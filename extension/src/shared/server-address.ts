/** Addresses people type: of a Handclasp server, of their own tool. Pure. */

export type Address = { ok: true; origin: string; host: string } | { ok: false; why: "empty" | "not-an-address" | "not-encrypted" };

/** True for names and addresses that never leave the machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Reads a typed address as an origin: without a scheme it is https (http on loopback); path, query, fragment and
 * userinfo are dropped.
 * @param plainAllowed whether plain http is taken off loopback too (a tool may be served so; our server never)
 */
export function readAddress(typed: string, plainAllowed: boolean): Address {
  const text = typed.trim();
  if (text === "") return { ok: false, why: "empty" };
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const url = parse(hasScheme ? text : `https://${text}`);
  if (url === null || !isWeb(url)) {
    return { ok: false, why: "not-an-address" };
  }
  const loopback = isLoopback(url.hostname);
  const read = !hasScheme && loopback ? parse(`http://${text}`) : url;
  if (read === null) return { ok: false, why: "not-an-address" };
  if (read.protocol === "http:" && !loopback && !plainAllowed) return { ok: false, why: "not-encrypted" };
  return { ok: true, origin: read.origin, host: read.host.replace(/\.(?=:|$)/, "") };
}

/** Chromium takes hosts with a space in them (as %20); no such host exists. */
function isWeb(url: URL): boolean {
  return (url.protocol === "https:" || url.protocol === "http:") && url.hostname !== "" && !url.hostname.includes("%");
}

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

/**
 * The match pattern of an origin. Firefox knows no ports in patterns: there the pattern stands for every port,
 * and who uses it has to look at the port.
 */
export function patternOf(origin: string, withoutPort: boolean): string {
  const url = new URL(origin);
  return `${url.protocol}//${withoutPort ? url.hostname : url.host}/*`;
}
