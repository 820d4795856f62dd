import { render } from "preact";
import "./look/base.css";
import { App } from "./shell/app";

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
