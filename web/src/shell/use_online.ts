import { useEffect } from "preact/hooks";

/** Call `again` when the network returns, while `isWanted`. */
export function useOnline(isWanted: boolean, again: () => void): void {
  useEffect(() => {
    if (!isWanted) return undefined;
    addEventListener("online", again);
    return () => {
      removeEventListener("online", again);
    };
  }, [isWanted, again]);
}
