import { render } from "preact";
import "./look/base.css";
import "./look/parts.css";
import "./look/pages.css";
import { App } from "./shell/app";

const root = document.getElementById("app");
if (root !== null) {
  // A page that the service rendered for readers without script gives way to the same page here.
  root.replaceChildren();
  render(<App />, root);
}
