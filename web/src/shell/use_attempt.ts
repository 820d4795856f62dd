import { useCallback, useState } from "preact/hooks";
import { explain } from "./explain";
import { useWords } from "./preferences";

export interface Attempt {
  readonly fault: string;
  readonly busy: boolean;
  /** Do it and keep what went wrong; returns whether it succeeded. */
  run(this: void, work: () => Promise<void>): Promise<boolean>;
}

/** Whether something is being done, and what went wrong with the last one. */
export function useAttempt(): Attempt {
  const words = useWords();
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const run = useCallback(
    async (work: () => Promise<void>) => {
      setBusy(true);
      setFault("");
      try {
        await work();
        return true;
      } catch (error) {
        setFault(explain(error, words));
        return false;
      } finally {
        setBusy(false);
      }
    },
    [words],
  );
  return { fault, busy, run };
}
