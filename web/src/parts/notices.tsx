/** What a page shows in place of its content, or beside it: loading, refused, empty, at fault. */

import type { Refusal } from "../api/refusal";
import { explain } from "../shell/explain";
import { useWords } from "../shell/preferences";

export function Loading() {
  const words = useWords();
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">{words.loading}</span>
      <span />
      <span />
      <span />
    </div>
  );
}

export function Failed({ refusal, retry }: { refusal: Refusal; retry(this: void): void }) {
  const words = useWords();
  return (
    <div role="alert" class="warning">
      <p>{explain(refusal, words)}</p>
      <button type="button" onClick={retry}>
        {words.retry}
      </button>
    </div>
  );
}

/** What went wrong with an act, or with the field of this name; nothing without a text. */
export function Fault({ text = "", field }: { text: string | undefined; field?: string }) {
  if (text === "") return null;
  return (
    <p id={field === undefined ? undefined : `${field}-fault`} role="alert" class="fault">
      {text}
    </p>
  );
}

export function Empty({ text, href, action }: { text: string; href: string; action: string }) {
  return (
    <section class="notice">
      <h1>{text}</h1>
      <a class="button main" href={href}>
        {action}
      </a>
    </section>
  );
}
