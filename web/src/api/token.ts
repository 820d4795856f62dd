/** A token of the service: entered once for all who ask meanwhile, and again before it runs out. */

export interface Entered {
  readonly accessToken: string;
  readonly expiresAt: string;
}

export class Token {
  private readonly enter: () => Promise<Entered>;
  private readonly renewBeforeMs: number;
  private known: Entered | null = null;
  private entering: Promise<string> | null = null;

  /** `renewBeforeMs`: so long before its end that no request meets it. */
  constructor(enter: () => Promise<Entered>, renewBeforeMs: number) {
    this.enter = enter;
    this.renewBeforeMs = renewBeforeMs;
  }

  /** The token; another one with `renew`, after the service refused the last. */
  async current(renew: boolean): Promise<string> {
    const known = this.known;
    if (known !== null && !renew) {
      const left = Date.parse(known.expiresAt) - Date.now();
      if (left > this.renewBeforeMs) return known.accessToken;
    }
    this.entering ??= this.enter()
      .then((entered) => this.become(entered))
      .finally(() => {
        this.entering = null;
      });
    return this.entering;
  }

  /** Take a token that came with another answer. */
  become(entered: Entered): string {
    this.known = entered;
    return entered.accessToken;
  }

  forget(): void {
    this.known = null;
  }
}
