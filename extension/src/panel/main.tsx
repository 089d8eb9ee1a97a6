/** One page, two uses: the toolbar's popup, and (with a ticket) the form in a frame in a tool's page. */
import { render } from "preact";
import { learnToolNames } from "../shared/tool-names.js";
import { FormApp } from "./form-app.js";
import { PanelApp } from "./panel-app.js";

const parameters = new URLSearchParams(location.search);
const ticket = parameters.get("ticket");
const theme = parameters.get("theme");
if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;

const app = document.getElementById("app");
if (app !== null) {
  if (ticket !== null) {
    render(<FormApp ticket={ticket} />, app);
  } else if (window.top === window) {
    // Never in somebody's frame: there a page could lead a click.
    document.documentElement.classList.add("popup");
    // Lists that name the organisation's own tools are drawn later: they wait for the background, too.
    void learnToolNames();
    render(<PanelApp />, app);
  }
}
