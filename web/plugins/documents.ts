import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const WRITTEN = new URL("../src/gen/persisted-documents.json", import.meta.url);
const GENERATED = "/src/gen/graphql.ts";
const DOCUMENT = /^export const (\w+Document) = (\{"__meta__":.*?\}\}) as .*$/gmu;
/** Begins the name of a module that holds one document. */
const ALONE = "\0document:";

/**
 * Put the texts of our documents beside the client: the service executes them by their digests.
 *
 * The generated module holds all documents. Each becomes a module, so a page loads the digests of
 * its own ones. Fragments are parts of documents: nothing uses their texts, so they are left out.
 */
export function documents(): Plugin {
  const digests = new Map<string, string>();
  return {
    name: "documents",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith(GENERATED)) return undefined;
      const apart = code.replaceAll(DOCUMENT, (_whole, name: string, value: string) => {
        digests.set(name, value);
        return `export { ${name} } from "${ALONE}${name}";`;
      });
      const fragment = "= new TypedDocumentString(";
      return {
        code: apart.replaceAll(fragment, "= /* @__PURE__ */ new TypedDocumentString("),
        map: null,
        moduleSideEffects: false,
      };
    },
    resolveId(id) {
      return id.startsWith(ALONE) ? { id, moduleSideEffects: false } : undefined;
    },
    load(id) {
      if (!id.startsWith(ALONE)) return undefined;
      const name = id.slice(ALONE.length);
      return `export const ${name} = ${digests.get(name) ?? "null"};`;
    },
    generateBundle() {
      const source = readFileSync(WRITTEN, "utf-8");
      this.emitFile({ type: "asset", fileName: "persisted-documents.json", source });
    },
  };
}
