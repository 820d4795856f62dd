import { Refusal } from "../api/refusal";
import type { Words } from "../i18n/words";

/** What to tell the person about an error of a request. */
export function explain(error: unknown, words: Words): string {
  if (!(error instanceof Refusal)) return words.failed;
  return error.isOffline ? words.offline : error.message;
}
