import { defineConfig } from "vite";

/** The client of live events as one file without dependencies, for pages of others. */
export default defineConfig({
  publicDir: false,
  logLevel: "warn",
  build: {
    lib: { entry: "src/live/index.ts", formats: ["es"], fileName: () => "songgang-live.js" },
    outDir: "node_modules/.songgang-live",
    emptyOutDir: true,
    target: ["chrome87", "safari14", "node20"],
    minify: false,
  },
});
