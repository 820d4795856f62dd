/** Who we are to the service: a device without an account. Its credential is all that is stored. */

import { EnterAsViewerDocument } from "../gen/graphql";
import { Refusal } from "./refusal";
import { Service } from "./service";
import { Token, type Entered } from "./token";

const STORED_AS = "songgang.device";
const RENEW_BEFORE_MS = 5 * 60_000;

export class Viewer {
  private readonly service: Service;
  private readonly entered = new Token(() => this.enter(), RENEW_BEFORE_MS);

  constructor(url: string) {
    this.service = new Service(url, { token: () => Promise.resolve(null) });
  }

  /** A token that is valid for minutes. */
  readonly token = (renew: boolean): Promise<string> => this.entered.current(renew);

  private async enter(): Promise<Entered> {
    const data = await this.service.execute(EnterAsViewerDocument, {
      deviceCredential: readCredential(),
    });
    const result = data.enterAsViewer;
    if (result.__typename !== "ViewerEntered") {
      throw new Refusal(result);
    }
    writeCredential(result.deviceCredential);
    return result;
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
