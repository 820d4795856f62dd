/** Who we are to the service: a device without an account. Its credential is all that is stored. */

import { EnterAsViewerDocument } from "../gen/graphql";
import { Refusal } from "./refusal";
import { Service } from "./service";

const STORED_AS = "songgang.device";
/** A token is renewed so long before it runs out that no request meets its end. */
const RENEW_BEFORE_MS = 5 * 60_000;

interface Token {
  readonly text: string;
  readonly expiresAt: number;
}

export class Viewer {
  readonly #service: Service;
  #token: Token | null = null;
  #entering: Promise<Token> | null = null;

  constructor(url: string) {
    this.#service = new Service(url, { token: () => Promise.resolve(null) });
  }

  /** A token that is valid for minutes; several callers share one entry. */
  readonly token = async (renew: boolean): Promise<string> => {
    const known = this.#token;
    if (known !== null && !renew && known.expiresAt - Date.now() > RENEW_BEFORE_MS) {
      return known.text;
    }
    this.#entering ??= this.#enter().finally(() => {
      this.#entering = null;
    });
    return (await this.#entering).text;
  };

  async #enter(): Promise<Token> {
    const data = await this.#service.execute(EnterAsViewerDocument, {
      deviceCredential: readCredential(),
    });
    const result = data.enterAsViewer;
    if (result.__typename !== "ViewerEntered") {
      throw new Refusal(result);
    }
    writeCredential(result.deviceCredential);
    this.#token = { text: result.accessToken, expiresAt: Date.parse(result.expiresAt) };
    return this.#token;
  }
}

/** Storage can be switched off; then each visit is a new device. */
function readCredential(): string | null {
  try {
    return localStorage.getItem(STORED_AS);
  } catch {
    return null;
  }
}

function writeCredential(credential: string): void {
  try {
    localStorage.setItem(STORED_AS, credential);
  } catch {
    // The device cannot remember; the next visit confirms its phone again.
  }
}
