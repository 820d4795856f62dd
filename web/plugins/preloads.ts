import type { Plugin } from "vite";

const VITE_HELPER = "\0vite/preload-helper.js";

/**
 * Loads a part of a page together with the scripts that it imports, which would wait for it else.
 *
 * It takes the place of Vite's helper, which is four times as long: our pages have one style sheet,
 * and their policy needs no nonce.
 */
const HELPER = `
const known = new Set();
export function __vitePreload(load, files) {
  for (const file of files ?? []) {
    if (known.has(file)) continue;
    known.add(file);
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = "/" + file;
    document.head.append(link);
  }
  return load();
}
`;

export function preloads(): Plugin {
  return {
    name: "preloads",
    apply: "build",
    enforce: "pre",
    load: (id) => (id === VITE_HELPER ? HELPER : undefined),
  };
}
