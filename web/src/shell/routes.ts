/** The address decides the page. */

import type { ComponentType } from "preact";
import { useState } from "preact/hooks";
import { decodePart, useLinks } from "./links";

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
    if (found !== null) return { route, id: decodePart(found[1] ?? ""), query, path, key };
  }
  return { route: null, id: "", query, path, key };
}

export function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(location));
  useLinks(isOurs, () => {
    setPlace(placeOf(location));
  });
  return place;
}

function isOurs(link: HTMLAnchorElement): boolean {
  // The service counts a scan and leads on.
  return !link.pathname.startsWith("/q/") && placeOf(link).route !== null;
}
