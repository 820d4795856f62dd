import type { Plugin } from "vite";
import { brotliCompressSync } from "node:zlib";
import { reach } from "./reach.ts";

/** Bytes of script, compressed with brotli, that a page may load before it can be used. */
const BUDGETS: Readonly<Record<string, number>> = {
  "src/pages/home/page.tsx": 14_000,
  "src/pages/board/page.tsx": 16_500,
  "src/pages/job/page.tsx": 15_000,
  "src/pages/room/page.tsx": 25_000,
  "src/pages/me/page.tsx": 21_000,
  "console.html": 60_000,
};

/** Fail the build when the first load of a page grows beyond its budget. */
export function budgets(entry: string): Plugin {
  return {
    name: "budgets",
    apply: "build",
    // Not while chunks are generated: they lack the names of the scripts that they load.
    writeBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      const byFile = new Map(chunks.map((each) => [each.fileName, each]));
      const shell = chunks.find((each) => each.facadeModuleId?.endsWith(entry));
      for (const [module, budget] of Object.entries(BUDGETS)) {
        const page = chunks.find((each) => each.facadeModuleId?.endsWith(module));
        if (page === undefined) continue;
        const loaded = new Set([...reach(page, byFile), ...(shell ? reach(shell, byFile) : [])]);
        const bytes = [...loaded].reduce(
          (sum, each) => sum + brotliCompressSync(each.code).length,
          0,
        );
        this.info(`${module}: ${String(bytes)} of ${String(budget)} bytes`);
        if (bytes > budget) {
          this.error(
            `${module} loads ${String(bytes)} bytes of script; at most ${String(budget)}.`,
          );
        }
      }
    },
  };
}
