import { render } from "preact";
import "../look/base.css";
import "../look/parts.css";
import "./console.css";
import { Console } from "./shell";

const root = document.getElementById("app");
if (root !== null) render(<Console />, root);
