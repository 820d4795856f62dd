/** What a host does with one touch. */

import { Refusal } from "../../api/refusal";
import {
  PinPostingDocument,
  UnpinPostingDocument,
  type TypedDocumentString,
} from "../../gen/graphql";
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

/** Show a job to all viewers, or none. */
export async function show(sessionId: string, postingId: string | null): Promise<void> {
  if (postingId === null) await act(UnpinPostingDocument, { id: sessionId });
  else await act(PinPostingDocument, { id: sessionId, postingId });
}
