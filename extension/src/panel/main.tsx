/** One page, two uses: the toolbar's popup, and (with a ticket) the form in a frame in a tool's page. */
import { render } from "preact";
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
    render(<PanelApp />, app);
  }
}
