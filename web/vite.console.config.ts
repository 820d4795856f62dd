import { defineConfig, mergeConfig } from "vite";
import pages from "./vite.config.ts";

/** The console, built by itself beside the pages of viewers: they share no script with it. */
export default mergeConfig(
  pages,
  defineConfig({ build: { emptyOutDir: false, rolldownOptions: { input: "console.html" } } }),
);
