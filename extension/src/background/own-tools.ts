/**
 * The organisation's own tool files: fetched from its server, checked here, and kept for when it is away. A file that
 * fails the check is left out, and the last good one of its id goes on.
 */
import { api } from "../shared/browser.js";
import { call } from "./http.js";
import { accountId, database, readSetting, removeSetting, writeSetting, type Account, type OwnToolFile } from "./store.js";
import { chosenFrom, isUsable } from "./tool-check.js";

let kept: Promise<ReadonlyMap<string, OwnToolFile>> | null = null;
let looking: Promise<boolean> | null = null;

/** The own tool files of the one who is connected, by id. */
export function ownTools(): Promise<ReadonlyMap<string, OwnToolFile>> {
  kept ??= readKept().catch((error: unknown) => {
    kept = null;
    throw error;
  });
  return kept;
}

/** Asks the server for what is new; true when any file has changed. A server that is away changes nothing. */
export function refreshOwnTools(account: Account): Promise<boolean> {
  looking ??= refresh(account).finally(() => {
    looking = null;
  });
  return looking;
}

/** Forgets them all: they were the organisation's. */
export async function forgetOwnTools(): Promise<void> {
  await removeSetting("toolShelf");
  await (await database()).clear("tools");
  kept = null;
}

/** What an earlier version of the extension has checked is checked again: the format may have changed. */
async function readKept(): Promise<ReadonlyMap<string, OwnToolFile>> {
  const [shelf, files] = await Promise.all([readSetting("toolShelf"), (await database()).getAll("tools")]);
  const usable = shelf?.checkedBy === version() ? files : files.filter(({ file }) => isUsable(file));
  return new Map(usable.map((file) => [file.id, file]));
}

function version(): string {
  return api.runtime.getManifest().version;
}

async function refresh(account: Account): Promise<boolean> {
  const shelf = await readSetting("toolShelf");
  const checkedBy = version();
  const known = shelf?.account === accountId(account) && shelf.checkedBy === checkedBy ? shelf.etag : null;
  const answered = await call<{ items?: unknown }>(account, { method: "GET", path: "/api/v1/tools", etag: known });
  if (answered.kind !== "ok" || answered.status === 304 || !Array.isArray(answered.body.items)) return false;
  // Who has left meanwhile gets nothing any more.
  const current = await readSetting("account");
  if (current === null || accountId(current) !== accountId(account)) return false;
  const before = shelf?.account === accountId(account) ? await ownTools() : new Map<string, OwnToolFile>();
  const now = await chosenFrom(answered.body.items, before);
  const stood = await ownTools();
  await replace(now);
  await writeSetting("toolShelf", { account: accountId(account), etag: answered.etag, checkedBy });
  return stood.size !== now.length || now.some(({ id, digest }) => stood.get(id)?.digest !== digest);
}

async function replace(files: readonly OwnToolFile[]): Promise<void> {
  const transaction = (await database()).transaction("tools", "readwrite", { durability: "strict" });
  await transaction.store.clear();
  for (const file of files) await transaction.store.put(file);
  await transaction.done;
  kept = null;
}
