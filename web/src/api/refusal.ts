/** Why the service did not do what was asked. The message is for the person who asked. */
export class Refusal extends Error {
  readonly code: string;

  constructor({ code, message }: { readonly code: string; readonly message: string }) {
    super(message);
    this.name = "Refusal";
    this.code = code;
  }

  /** Nothing answered: the network is gone, or the service is. The request may be sent again. */
  static offline(): Refusal {
    return new Refusal({ code: "OFFLINE", message: "No connection. Try again." });
  }

  get isOffline(): boolean {
    return this.code === "OFFLINE";
  }
}
