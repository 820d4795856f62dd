/** What a page shows in place of its content, or beside it: loading, refused, empty, at fault. */

import type { Refusal } from "../api/refusal";
import { formatClock } from "../i18n/clock";
import { explain } from "../shell/explain";
import { useWords } from "../shell/preferences";
import { Dotted } from "./dotted";

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

interface FailedProps {
  readonly refusal: Refusal;
  /** When what is shown below was read, in milliseconds since 1970; null if nothing is. */
  readonly asOf?: number | null;
  retry(this: void): void;
}

export function Failed({ refusal, asOf = null, retry }: FailedProps) {
  const words = useWords();
  return (
    <div role="alert" class="warning">
      <p>
        <Dotted>
          {explain(refusal, words)}
          {asOf !== null && words.asOf(formatClock(asOf))}
        </Dotted>
      </p>
      <button type="button" onClick={retry}>
        {words.retry}
      </button>
    </div>
  );
}

/** In place of a whole page: why it is not here. */
export function FailedPage({ text, retry }: { text: string; retry(this: void): void }) {
  const words = useWords();
  return (
    <section class="notice" role="alert">
      <h1>{text}</h1>
      <button type="button" class="main" onClick={retry}>
        {words.retry}
      </button>
    </section>
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
