/** What queries answered last: pages show it with its time while nothing answers. */

export interface LastAnswer {
  readonly data: unknown;
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
}

/** Enough for the way back through a visit. */
const MAX_KEPT = 30;

/** Kept in memory only: names of people are among them, and the phone may be borrowed. */
export class LastAnswers {
  private readonly byOperation = new Map<string, LastAnswer>();

  /** Keep the answer to an operation in place of the one before; the oldest of all goes. */
  keep(operation: string, answer: LastAnswer): void {
    this.byOperation.delete(operation);
    this.byOperation.set(operation, answer);
    for (const oldest of this.byOperation.keys()) {
      if (this.byOperation.size <= MAX_KEPT) break;
      this.byOperation.delete(oldest);
    }
  }

  of(operation: string): LastAnswer | null {
    return this.byOperation.get(operation) ?? null;
  }

  forget(): void {
    this.byOperation.clear();
  }
}
