/** What a host does with one touch, and how the last pin is taken back. */

import { useCallback, useState } from "preact/hooks";
import { Refusal } from "../../api/refusal";
import {
  PinPostingDocument,
  UnpinPostingDocument,
  type TypedDocumentString,
} from "../../gen/graphql";
import { explain } from "../../shell/explain";
import { useWords } from "../../shell/preferences";
import { staff } from "../service";

interface Outcome {
  readonly __typename: string;
  readonly code?: string;
  readonly message?: string;
}

/** Send a mutation of one root field; throws the refusal that it got. */
export async function act<Data extends object, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<void> {
  const data = await staff.service.execute(document, variables);
  const outcome = Object.values(data)[0] as Outcome;
  const { code, message } = outcome;
  if (code !== undefined && message !== undefined) throw new Refusal({ code, message });
}

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

/** Show a job to all viewers, or none. */
export async function show(sessionId: string, postingId: string | null): Promise<void> {
  if (postingId === null) await act(UnpinPostingDocument, { id: sessionId });
  else await act(PinPostingDocument, { id: sessionId, postingId });
}
