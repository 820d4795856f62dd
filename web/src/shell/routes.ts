/** The address decides the page. Links of our own pages change it without a new document. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

export interface PageProps {
  /** The id in the path, for pages that have one. */
  readonly id: string;
  readonly query: URLSearchParams;
}

interface Route {
  readonly path: RegExp;
  load(this: void): Promise<{ default: ComponentType<PageProps> }>;
}

const JOB: Route = { path: /^\/jobs\/([^/]+)$/u, load: () => import("../pages/job/page") };
const ROOM: Route = { path: /^\/live\/([^/]+)$/u, load: () => import("../pages/room/page") };
const ROUTES: readonly Route[] = [
  { path: /^\/$/u, load: () => import("../pages/home/page") },
  ROOM,
  JOB,
  { path: /^\/q\/[^/]+$/u, load: () => import("../pages/unknown_code/page") },
  { path: /^\/jobs$/u, load: () => import("../pages/board/page") },
  { path: /^\/me$/u, load: () => import("../pages/me/page") },
  { path: /^\/me\/wishes$/u, load: () => import("../pages/wishes/page") },
];

export interface Place {
  readonly route: Route | null;
  readonly id: string;
  readonly query: URLSearchParams;
  readonly path: string;
  /** The same for addresses that are one page in several states, such as a list and its filters. */
  readonly key: string;
}

export function placeOf(location: { pathname: string; search: string }): Place {
  const query = new URLSearchParams(location.search);
  const path = location.pathname;
  const key = [path, query.get("posting"), query.get("session")].join(" ");
  // A scanned code leads to the front page with what it stands for.
  if (path === "/" && query.has("posting")) return { route: JOB, id: "", query, path: "", key };
  if (path === "/" && query.has("session")) return { route: ROOM, id: "", query, path: "", key };
  for (const route of ROUTES) {
    const found = route.path.exec(path);
    if (found !== null) return { route, id: decode(found[1] ?? ""), query, path, key };
  }
  return { route: null, id: "", query, path, key };
}

/** A part of an address that somebody may have cut in the middle of a character. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Go to an address of our own, as a link does. */
export function go(address: string): void {
  history.pushState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
}

export function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(location));
  useEffect(() => {
    const follow = () => {
      setPlace(placeOf(location));
    };
    const click = (event: MouseEvent) => {
      const link = (event.target as Element).closest("a");
      if (link === null || !isOurs(link, event)) return;
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
  return place;
}

function isOurs(link: HTMLAnchorElement, event: MouseEvent): boolean {
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey);
  // The rest of an address behind # is a place in this page.
  if (link.hash !== "") return false;
  if (!plain || event.defaultPrevented || link.target !== "" || link.origin !== location.origin) {
    return false;
  }
  // The service counts a scan and leads on.
  if (link.pathname.startsWith("/q/")) return false;
  return placeOf(link).route !== null;
}
