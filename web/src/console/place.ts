/** The address decides the page of the console. */

import { useState } from "preact/hooks";
import { decodePart, useLinks } from "../shell/links";

export type ConsolePlace =
  | { readonly page: "sessions" | "make" }
  | { readonly page: "desk" | "edit"; readonly id: string }
  | null;

export function consolePlaceOf(path: string): ConsolePlace {
  const parts = path.replace(/\/$/u, "").split("/").slice(2).map(decodePart);
  const [first, second] = parts;
  if (first === undefined) return { page: "sessions" };
  if (first === "new" && second === undefined) return { page: "make" };
  if (second === undefined) return { page: "desk", id: first };
  return second === "edit" && parts.length === 2 ? { page: "edit", id: first } : null;
}

/** The present page; links of the console change it without a new document. */
export function useConsolePlace(): ConsolePlace {
  const [path, setPath] = useState(location.pathname);
  useLinks(
    (link) => /^\/console(?:\/|$)/u.test(link.pathname),
    () => {
      setPath(location.pathname);
    },
  );
  return consolePlaceOf(path);
}
