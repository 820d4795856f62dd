import type { Plugin, Rollup } from "vite";
import { reach } from "./reach.ts";

const VITE_HELPER = "\0vite/preload-helper.js";

/**
 * Loads a part of a page together with the scripts that it imports, which would wait for it else.
 *
 * Once the document is complete the scripts are fetched before the browser is told to import them:
 * an import that fails for want of a network fails for as long as the document lives. Vite names no
 * files for a script that imports no other; the call itself does.
 *
 * It takes the place of Vite's helper, which is four times as long: the one style sheet of our pages
 * is in the document, and their policy needs no nonce.
 */
const HELPER = `
const known = new Set();
const preload = (file) => {
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.href = file;
  document.head.append(link);
  known.add(file);
};
const get = async (file) => {
  const answer = await fetch(file);
  if (!answer.ok) throw new Error(file);
  await answer.arrayBuffer();
  known.add(file);
};
export async function __vitePreload(load, files = []) {
  const own = /import\\(.\\.(\\/[^\`"']+)/.exec(String(load));
  const all = new Set(files.map((file) => "/" + file));
  if (own) all.add("/assets" + own[1]);
  const missing = [...all].filter((file) => !known.has(file) && file.endsWith(".js"));
  await Promise.all(missing.map(document.readyState === "complete" ? get : preload));
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
      const source = JSON.stringify(filesByPage(bundle), null, 2);
      // Beside `index.html`; the console is one script.
      if (source !== "{}") this.emitFile({ type: "asset", fileName: "parts.json", source });
    },
  };
}

const PAGE = /\/src\/pages\/(\w+)\/page\.tsx$/u;

/**
 * The names of the styles and scripts of a page, the longest first after those of `index.html`: over
 * HTTP/1.1 a browser asks for six at a time, and nothing runs before the common script and the styles.
 */
function filesByPage(bundle: Rollup.OutputBundle): Record<string, readonly string[]> {
  const files = Object.values(bundle);
  const chunks = files.filter((each) => each.type === "chunk");
  const byFile = new Map(chunks.map((each) => [each.fileName, each]));
  const common = chunks.filter((each) => each.isEntry).flatMap((each) => [...reach(each, byFile)]);
  const styles = files.map((each) => each.fileName).filter((each) => each.endsWith(".css"));
  const pages: Record<string, readonly string[]> = {};
  for (const chunk of chunks) {
    const name = PAGE.exec(chunk.facadeModuleId ?? "")?.[1];
    if (name === undefined) continue;
    const own = [...reach(chunk, byFile)].filter((each) => !common.includes(each));
    own.sort((one, other) => other.code.length - one.code.length);
    const scripts = [...common, ...own].map((each) => each.fileName);
    pages[name] = [...styles, ...scripts].map((each) => each.replace(/^assets\//u, ""));
  }
  return pages;
}
