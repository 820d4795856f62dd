import type { LiveClient } from "../live";

/** Let a client look at its socket when the page is seen or online again; returns how to stop. */
export function checkWhenSeen(client: LiveClient): () => void {
  const check = () => {
    if (document.visibilityState === "visible") client.check();
  };
  document.addEventListener("visibilitychange", check);
  addEventListener("online", check);
  return () => {
    document.removeEventListener("visibilitychange", check);
    removeEventListener("online", check);
  };
}
