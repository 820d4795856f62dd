import type { Plugin, Rollup } from "vite";
import { reach } from "./reach.ts";

const VITE_HELPER = "\0vite/preload-helper.js";

/**
 * Loads a part of a page together with the scripts that it imports, which would wait for it else.
 *
 * It takes the place of Vite's helper, which is four times as long: the one style sheet of our pages
 * is in the document, and their policy needs no nonce.
 */
const HELPER = `
const known = new Set();
export function __vitePreload(load, files) {
  for (const file of files ?? []) {
    if (known.has(file) || !file.endsWith(".js")) continue;
    known.add(file);
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = "/" + file;
    document.head.append(link);
  }
  return load();
}
`;

/** Also tells the service what each page loads, so a browser may begin with it at once. */
export function preloads(): Plugin {
  return {
    name: "preloads",
    apply: "build",
    enforce: "pre",
    load: (id) => (id === VITE_HELPER ? HELPER : undefined),
    generateBundle(_options, bundle) {
      const source = JSON.stringify(scriptsByPage(bundle), null, 2);
      // Beside `index.html`; the console is one script.
      if (source !== "{}") this.emitFile({ type: "asset", fileName: "parts.json", source });
    },
  };
}

const PAGE = /\/src\/pages\/(\w+)\/page\.tsx$/u;

/** The names of the scripts that a page imports, beside those of `index.html`. */
function scriptsByPage(bundle: Rollup.OutputBundle): Record<string, readonly string[]> {
  const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
  const byFile = new Map(chunks.map((each) => [each.fileName, each]));
  const common = new Set(
    chunks.filter((each) => each.isEntry).flatMap((each) => [...reach(each, byFile)]),
  );
  const pages: Record<string, readonly string[]> = {};
  for (const chunk of chunks) {
    const name = PAGE.exec(chunk.facadeModuleId ?? "")?.[1];
    if (name === undefined) continue;
    const own = [...reach(chunk, byFile)].filter((each) => !common.has(each));
    pages[name] = own.map((each) => each.fileName.replace(/^assets\//u, ""));
  }
  return pages;
}
