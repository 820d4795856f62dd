import type { Rollup } from "vite";

/** A chunk with all that it imports at once, and not only when somebody opens it. */
export function reach(
  chunk: Rollup.OutputChunk,
  byFile: ReadonlyMap<string, Rollup.OutputChunk>,
  seen = new Set<Rollup.OutputChunk>(),
): Set<Rollup.OutputChunk> {
  if (seen.has(chunk)) return seen;
  seen.add(chunk);
  for (const file of chunk.imports) {
    const next = byFile.get(file);
    if (next !== undefined) reach(next, byFile, seen);
  }
  return seen;
}
