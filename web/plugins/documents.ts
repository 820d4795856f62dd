import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const WRITTEN = new URL("../src/gen/persisted-documents.json", import.meta.url);

/** Put the texts of our documents beside the client: the service executes them by their digests. */
export function documents(): Plugin {
  return {
    name: "documents",
    apply: "build",
    enforce: "pre",
    // Fragments are parts of documents: nothing uses their texts, so the bundle leaves them out.
    transform(code, id) {
      if (!id.endsWith("/src/gen/graphql.ts")) return undefined;
      const written = "= new TypedDocumentString(";
      return {
        code: code.replaceAll(written, "= /* @__PURE__ */ new TypedDocumentString("),
        map: null,
      };
    },
    generateBundle() {
      const source = readFileSync(WRITTEN, "utf-8");
      this.emitFile({ type: "asset", fileName: "persisted-documents.json", source });
    },
  };
}
