/** Links of our own pages change the address without a new document. */

import { useEffect } from "preact/hooks";

/** Go to an address of our own, as a link does. */
export function go(address: string): void {
  history.pushState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
}

/**
 * Follow links that `isOurs` accepts, and call `onMove` whenever the address has changed. Both are
 * taken once: they keep no state of a component.
 */
export function useLinks(isOurs: (link: HTMLAnchorElement) => boolean, onMove: () => void): void {
  useEffect(() => {
    const click = (event: MouseEvent) => {
      const link = (event.target as Element).closest("a");
      if (link === null || !isPlain(event, link) || !isOurs(link)) return;
      event.preventDefault();
      go(link.href);
      scrollTo(0, 0);
      document.getElementById("main")?.focus();
    };
    addEventListener("popstate", onMove);
    document.addEventListener("click", click);
    return () => {
      removeEventListener("popstate", onMove);
      document.removeEventListener("click", click);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- see above
  }, []);
}

/** Whether a tap means this link here: not in a new tab, and not a place in this page. */
function isPlain(event: MouseEvent, link: HTMLAnchorElement): boolean {
  const here = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey);
  // The rest of an address behind # is a place in this page.
  if (!here || event.defaultPrevented || link.target !== "" || link.hash !== "") return false;
  return link.origin === location.origin;
}

/** A part of an address that somebody may have cut in the middle of a character. */
export function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
