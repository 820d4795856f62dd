import type { CodegenConfig } from "@graphql-codegen/cli";

/** Types of our documents, and their texts by SHA-256: the bundle holds digests, not texts. */
const config: CodegenConfig = {
  schema: "../schema/schema.graphql",
  documents: "src/**/*.graphql",
  ignoreNoDocuments: false,
  generates: {
    "src/gen/": {
      preset: "client",
      presetConfig: {
        fragmentMasking: false,
        persistedDocuments: { mode: "replaceDocumentWithHash", hashAlgorithm: "sha256" },
      },
      config: {
        documentMode: "string",
        useTypeImports: true,
        enumsAsTypes: true,
        avoidOptionals: { field: true },
        scalars: {
          ID: "string",
          DateTime: "string",
          Date: "string",
          Time: "string",
          Decimal: "number",
          Occupation: "string",
        },
        strictScalars: false,
      },
    },
  },
};

export default config;
