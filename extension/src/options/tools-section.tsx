/** On which sites the button works. Each is granted by the browser's own question, asked in the click. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Notice, wordsOf } from "../panel/parts.js";
import { useChanges } from "../panel/use.js";
import { ask } from "../shared/ask.js";
import { api, patternsKnowNoPorts, t } from "../shared/browser.js";
import type { SiteChoice, ToolChoice } from "../shared/messages.js";
import { patternOf, readAddress } from "../shared/server-address.js";

export function ToolsSection(): JSX.Element {
  const [choices, setChoices] = useState<{ tools: ToolChoice[]; sites: SiteChoice[] }>({ tools: [], sites: [] });
  const [told, setTold] = useState<string | null>(null);
  const load = (): void => {
    ask("panel.sites", {})
      .then(setChoices)
      .catch((error: unknown) => setTold(wordsOf(error)));
  };
  useChanges(load);
  useEffect(() => {
    load();
    void ask("panel.look-for-tools", {}).then(load, () => undefined);
    api.permissions.onAdded.addListener(load);
    api.permissions.onRemoved.addListener(load);
    return () => {
      api.permissions.onAdded.removeListener(load);
      api.permissions.onRemoved.removeListener(load);
    };
  }, []);
  /** @param asked the browser's question, begun in the click itself */
  const run = (asked: Promise<boolean>, change: () => Promise<null>, done: string): void => {
    setTold(null);
    asked
      .then(async (given) => {
        if (!given) {
          setTold(t("sitePermissionNotGiven"));
          return;
        }
        await change();
        setTold(done);
        load();
      })
      .catch((error: unknown) => setTold(wordsOf(error)));
  };
  const turn = ({ id, origins, on, name }: ToolChoice): void => {
    const asked = on ? Promise.resolve(true) : api.permissions.request({ origins });
    run(asked, () => ask("panel.set-tool", { id, on: !on }), t(on ? "toolOff" : "toolOn", name));
  };
  const again = (site: SiteChoice): void => {
    const asked = api.permissions.request({ origins: [patternOf(site.origin, patternsKnowNoPorts)] });
    run(asked, () => ask("panel.add-site", { origin: site.origin, tool: site.tool }), t("siteAdded", site.host));
  };
  const allow = ({ missing, name }: ToolChoice): void => {
    run(api.permissions.request({ origins: missing }), () => Promise.resolve(null), t("toolOn", name));
  };
  return (
    <>
      <section id="tools" data-testid="tools">
        <h2>{t("yourTools")}</h2>
        <p class="meta">{t("toolsText")}</p>
        <ToolList tools={choices.tools} turn={turn} allow={allow} />
      </section>
      <section id="sites" data-testid="sites">
        <h2>{t("ownSites")}</h2>
        <p class="meta">{t("ownSitesText")}</p>
        {choices.sites.length > 0 && (
          <ul class="tools">
            {choices.sites.map((site) => (
              <li key={site.host} data-testid="site" data-host={site.host} data-on={String(site.on)}>
                <span class="what">
                  <span class="strong">{site.host}</span>
                  <span class="meta"> {choices.tools.find(({ id }) => id === site.tool)?.name}</span>
                  {!site.on && <span class="meta hosts lost">{t("notAllowedAt", site.host)}</span>}
                </span>
                {!site.on && (
                  <button type="button" class="btn" onClick={() => again(site)}>
                    {t("allow")}
                  </button>
                )}
                <button type="button" class="btn" onClick={() => run(Promise.resolve(true), () => ask("panel.remove-site", { host: site.host }), t("siteRemoved", site.host))}>
                  {t("remove")}
                </button>
              </li>
            ))}
          </ul>
        )}
        <AddSite tools={choices.tools.filter((tool) => tool.selfHosted)} run={run} tell={setTold} />
        <div id="tools-message">
          <Notice text={told} />
        </div>
      </section>
    </>
  );
}

interface ToolListProps {
  tools: ToolChoice[];
  turn: (tool: ToolChoice) => void;
  allow: (tool: ToolChoice) => void;
}

/** All tools, those that are on first; found by name or address. */
function ToolList({ tools, turn, allow }: ToolListProps): JSX.Element {
  const [sought, setSought] = useState("");
  const found = tools.filter((tool) => isSought(tool, sought));
  const groups = [
    { name: t("toolsOn"), testid: "tools-on", tools: found.filter(({ on }) => on) },
    { name: t("toolsOff"), testid: "tools-off", tools: found.filter(({ on }) => !on) },
  ];
  return (
    <>
      <input
        id="search-tools"
        type="search"
        class="field"
        aria-label={t("searchTools")}
        placeholder={t("searchTools")}
        autocomplete="off"
        value={sought}
        onInput={(event) => setSought(event.currentTarget.value)}
      />
      <div role="status" class="sr">
        {sought === "" ? "" : t("toolsFound", String(found.length))}
      </div>
      {found.length === 0 && tools.length > 0 && <p class="meta">{t("noToolFound")}</p>}
      {groups.map(
        (group) =>
          group.tools.length > 0 && (
            <div key={group.testid} data-testid={group.testid}>
              <h3>{group.name}</h3>
              <ul class="tools">
                {group.tools.map((tool) => (
                  <ToolRow key={tool.id} tool={tool} turn={turn} allow={allow} />
                ))}
              </ul>
            </div>
          ),
      )}
    </>
  );
}

function ToolRow({ tool, turn, allow }: Omit<ToolListProps, "tools"> & { tool: ToolChoice }): JSX.Element {
  return (
    <li data-testid="tool" data-tool={tool.id}>
      <span class="what">
        <span class="strong">{tool.name}</span>
        {tool.own && <span class="meta"> {t("toolOfOrganisation")}</span>}
        <span class="meta hosts">{tool.origins.length === 0 ? t("onlyOwnSites") : hostsOf(tool.origins)}</span>
        {tool.missing.length > 0 && <span class="meta hosts lost">{t("notAllowedAt", hostsOf(tool.missing))}</span>}
      </span>
      {tool.missing.length > 0 && (
        <button type="button" class="btn" data-testid={`allow-${tool.id}`} onClick={() => allow(tool)}>
          {t("allow")}
        </button>
      )}
      {tool.origins.length > 0 && (
        <button type="button" class="switch" role="switch" id={`tool-${tool.id}`} aria-checked={tool.on} aria-label={tool.name} onClick={() => turn(tool)} />
      )}
    </li>
  );
}

function isSought({ name, origins }: ToolChoice, sought: string): boolean {
  const words = sought.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const text = `${name} ${hostsOf(origins)}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function hostsOf(origins: readonly string[]): string {
  return origins.map((origin) => origin.replace(/^https:\/\/|\/\*$/g, "")).join(", ");
}

function AddSite(props: {
  tools: ToolChoice[];
  run: (asked: Promise<boolean>, change: () => Promise<null>, done: string) => void;
  tell: (text: string) => void;
}): JSX.Element {
  const [typed, setTyped] = useState("");
  const [tool, setTool] = useState("trac");
  const submit = (event: Event): void => {
    event.preventDefault();
    const address = readAddress(typed, true);
    if (!address.ok) {
      props.tell(t(`address_${address.why.replaceAll("-", "_")}`));
      return;
    }
    const asked = api.permissions.request({ origins: [patternOf(address.origin, patternsKnowNoPorts)] });
    props.run(asked, () => ask("panel.add-site", { origin: address.origin, tool }), t("siteAdded", address.host));
    setTyped("");
  };
  return (
    <form class="line" onSubmit={submit}>
      <label>
        {t("siteAddress")}
        <input
          id="site-address"
          class="field"
          type="text"
          inputMode="url"
          spellcheck={false}
          placeholder="https://trac.example.com"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <label>
        {t("whichTool")}
        <select id="site-tool" class="field" value={tool} onChange={(event) => setTool(event.currentTarget.value)}>
          {props.tools.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </select>
      </label>
      <button id="add-site" type="submit" class="btn">
        {t("addSite")}
      </button>
    </form>
  );
}
