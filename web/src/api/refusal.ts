/** Why the service did not do what was asked. The message is for the person who asked. */
export class Refusal extends Error {
  readonly code: string;
  /** The path of the input at fault; null if it is about no input. */
  readonly field: readonly string[] | null;

  constructor(refused: {
    readonly code: string;
    readonly message: string;
    readonly field?: readonly string[] | null;
  }) {
    super(refused.message);
    this.name = "Refusal";
    this.code = refused.code;
    this.field = refused.field ?? null;
  }

  /** Nothing answered: the network is gone, or the service is. The request may be sent again. */
  static offline(): Refusal {
    return new Refusal({ code: "OFFLINE", message: "No connection. Try again." });
  }

  get isOffline(): boolean {
    return this.code === "OFFLINE";
  }

  /** What was asked for does not exist: the address is wrong. */
  get isUnknown(): boolean {
    return this.code === "INVALID_ID" || this.code === "NOT_FOUND";
  }
}
