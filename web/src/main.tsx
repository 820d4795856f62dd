import { render } from "preact";
import "./look/base.css";
import "./look/parts.css";
import "./look/pages.css";
import { App } from "./shell/app";
import { viewer } from "./shell/service";

// Every page asks as a viewer: the token comes while its script is loaded.
viewer.token(false).catch(() => undefined); // The first query tries again, and says so.

const root = document.getElementById("app");
if (root !== null) {
  // What the service rendered for readers without script gives way to the same page here.
  document.querySelector('link[href$="jobs.css"]')?.remove();
  document.querySelector<HTMLLinkElement>("link[data-client]")?.removeAttribute("media");
  root.replaceChildren();
  render(<App />, root);
}
