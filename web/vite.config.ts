import preact from "@preact/preset-vite";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { budgets } from "./plugins/budgets.ts";
import { compress } from "./plugins/compress.ts";
import { documents } from "./plugins/documents.ts";
import { preloads } from "./plugins/preloads.ts";

const OUT = fileURLToPath(new URL("../api/http/web/dist", import.meta.url));

export default defineConfig({
  plugins: [
    preact({ devToolsEnabled: false }),
    documents(),
    preloads(),
    budgets("index.html"),
    compress(OUT),
  ],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: ["chrome87", "safari14"],
    manifest: true,
    sourcemap: false,
    // The content security policy allows no data: addresses and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true } } },
});
