/** The settings: the server, the tools, one's own sites, pages that cannot be read. */
import type { JSX } from "preact";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Sign } from "../panel/parts.js";
import { useChanges } from "../panel/use.js";
import { ask } from "../shared/ask.js";
import type { Connection } from "../shared/messages.js";
import { BrokenSection } from "./broken-section.js";
import { ConnectionSection } from "./connection-section.js";
import { ToolsSection } from "./tools-section.js";

function Options(): JSX.Element {
  const [connection, setConnection] = useState<Connection | null>(null);
  const load = (): void => void ask("panel.status", {}).then((status) => setConnection(status.connection));
  useEffect(load, []);
  useChanges(load);
  return (
    <>
      <h1 class="brand">
        <span class="sign">
          <Sign name="clasp" size={24} />
        </span>
        Handclasp
      </h1>
      {connection !== null && <ConnectionSection connection={connection} set={setConnection} />}
      {connection !== null && <ToolsSection />}
      {connection !== null && <BrokenSection />}
    </>
  );
}

const app = document.getElementById("app");
// Never in somebody's frame: there a page could lead a click.
if (app !== null && window.top === window) render(<Options />, app);
