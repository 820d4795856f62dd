/** One subscription that outlives its sockets: it resumes behind the last event it processed. */

/**
 * What each event of a log carries. State (tallies, presence) repeats the last event's `seq`. A
 * notice, such as `MyRoomChanged`, is in no log and has neither.
 */
export interface LiveEvent {
  readonly __typename: string;
  readonly seq?: number;
  readonly cursor?: string;
}

export interface SubscriptionRequest<E extends LiveEvent> {
  /** SHA-256 of a trusted document, or the text of a document. */
  readonly document: { readonly sha256: string } | { readonly query: string };
  readonly operationName?: string;
  /** Variables without the cursor. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The variable that takes the cursor; null for notices, which have none. */
  readonly cursorVariable: string | null;
  /** Where the page's state stands, from the query that rendered it; null begins with news. */
  readonly after: string | null;
  /** The name of the root field of the subscription. */
  readonly field: string;
  /** Types that are state: the newest counts, and they come with the `seq` of the last event. */
  readonly stateTypes: ReadonlySet<string>;
  /** Types that replace all that was known: the log begins again behind them. */
  readonly resetTypes: ReadonlySet<string>;
  onEvent(this: void, event: E): void;
  /** The service refused the subscription for good; it will not come back by itself. */
  onRefused(this: void, message: string): void;
  /** Everything that was missed has arrived; `missed` events came since the connection was lost. */
  onCaughtUp?(this: void, missed: number): void;
}

export class Subscription<E extends LiveEvent> {
  #cursor: string | null;
  #seq = -1;
  #missed: number | null = null;

  readonly #request: SubscriptionRequest<E>;

  constructor(request: SubscriptionRequest<E>) {
    this.#request = request;
    this.#cursor = request.after;
  }

  /** The payload of the `subscribe` message that begins or resumes it. */
  payload(): Record<string, unknown> {
    const { document, operationName, variables, cursorVariable } = this.#request;
    return {
      ...("query" in document
        ? { query: document.query }
        : { extensions: { persistedQuery: { version: 1, sha256Hash: document.sha256 } } }),
      ...(operationName === undefined ? {} : { operationName }),
      variables:
        cursorVariable === null ? variables : { ...variables, [cursorVariable]: this.#cursor },
    };
  }

  /** The connection was lost: events from here to `caughtUp` were missed. */
  interrupted(): void {
    this.#missed ??= 0;
  }

  /** The service has sent everything up to now. */
  caughtUp(): void {
    if (this.#missed === null) return;
    const missed = this.#missed;
    this.#missed = null;
    this.#request.onCaughtUp?.(missed);
  }

  /** Take the payload of a `next` message. */
  next(payload: unknown): void {
    const result = payload as {
      data?: Readonly<Record<string, E | null>> | null;
      errors?: readonly { message: string }[];
    } | null;
    const event = result?.data?.[this.#request.field];
    if (event == null) {
      if (result?.errors !== undefined) this.refuse(result.errors);
      return;
    }
    const { seq, cursor } = event;
    if (seq === undefined || cursor === undefined) {
      this.#request.onEvent(event);
      return;
    }
    if (this.#isRepeat(event.__typename, seq)) return;
    const isState = this.#request.stateTypes.has(event.__typename);
    // The page processes the event first: if it throws, the event comes again with the next return.
    this.#request.onEvent(event);
    this.#cursor = cursor;
    if (isState) return;
    this.#seq = seq;
    if (this.#missed !== null) this.#missed += 1;
  }

  refuse(errors: readonly { message: string }[]): void {
    this.#request.onRefused(errors[0]?.message ?? "The service refused the subscription.");
  }

  #isRepeat(type: string, seq: number): boolean {
    const { stateTypes, resetTypes } = this.#request;
    if (resetTypes.has(type)) return false;
    return stateTypes.has(type) ? seq < this.#seq : seq <= this.#seq;
  }
}
