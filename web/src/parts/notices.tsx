/** What a page shows in place of its content: loading, refused, empty. */

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
