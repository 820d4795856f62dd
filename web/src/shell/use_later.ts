/** Parts of a page that are loaded when somebody opens them: the first screen does without. */

import { useCallback, useLayoutEffect, useState } from "preact/hooks";

export interface Later<Part> {
  /** Null while it is loaded. */
  readonly part: Part | null;
  readonly failed: boolean;
  retry(this: void): void;
}

/** `load` is the same function at each call, or undefined where there is nothing to load. */
export function useLater<Part>(load: (() => Promise<Part>) | undefined): Later<Part> {
  const [attempt, setAttempt] = useState(0);
  const [outcome, setOutcome] = useState<Omit<Later<Part>, "retry">>(LOADING);
  // Before the browser paints: a part that is here already is drawn without an empty moment.
  useLayoutEffect(() => {
    let wanted = true;
    load?.().then(
      (part) => {
        if (wanted) setOutcome({ part, failed: false });
      },
      () => {
        if (wanted) setOutcome({ part: null, failed: true });
      },
    );
    return () => {
      wanted = false;
    };
  }, [load, attempt]);
  const retry = useCallback(() => {
    setOutcome(LOADING);
    setAttempt((before) => before + 1);
  }, []);
  return { ...outcome, retry };
}

const LOADING = { part: null, failed: false };
