/** The address decides the page of the console. */

import { useEffect, useState } from "preact/hooks";
import { go } from "../shell/routes";

export type ConsolePlace =
  | { readonly page: "sessions" | "make" }
  | { readonly page: "desk" | "edit"; readonly id: string }
  | null;

export function consolePlaceOf(path: string): ConsolePlace {
  const parts = path.replace(/\/$/u, "").split("/").slice(2);
  const [first, second] = parts;
  if (first === undefined) return { page: "sessions" };
  if (first === "new" && second === undefined) return { page: "make" };
  if (second === undefined) return { page: "desk", id: first };
  return second === "edit" && parts.length === 2 ? { page: "edit", id: first } : null;
}

/** The present page; links of the console change it without a new document. */
export function useConsolePlace(): ConsolePlace {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const follow = () => {
      setPath(location.pathname);
    };
    const click = (event: MouseEvent) => {
      const link = (event.target as Element).closest("a");
      const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey);
      if (link === null || !plain || link.target !== "" || link.hash !== "") return;
      if (link.origin !== location.origin || !/^\/console(?:\/|$)/u.test(link.pathname)) return;
      event.preventDefault();
      go(link.href);
      scrollTo(0, 0);
      document.getElementById("main")?.focus();
    };
    addEventListener("popstate", follow);
    document.addEventListener("click", click);
    return () => {
      removeEventListener("popstate", follow);
      document.removeEventListener("click", click);
    };
  }, []);
  return consolePlaceOf(path);
}
