/** Why the service did not do what was asked, in the reader's language. */
export class Refusal extends Error {
  readonly code: string;
  readonly messageZh: string;
  /** Seconds after which it is worth trying again. */
  readonly retryAfter: number | null;

  constructor(fields: {
    code: string;
    message: string;
    messageZh: string;
    retryAfter?: number | null;
  }) {
    super(fields.message);
    this.name = "Refusal";
    this.code = fields.code;
    this.messageZh = fields.messageZh;
    this.retryAfter = fields.retryAfter ?? null;
  }

  /** Nothing answered: the network is gone, or the service is. The request may be sent again. */
  static offline(): Refusal {
    return new Refusal({
      code: "OFFLINE",
      message: "No connection. Try again.",
      messageZh: "没连上网，再试一次",
    });
  }

  get isOffline(): boolean {
    return this.code === "OFFLINE";
  }
}
