/** Who we are to the service once wishes are saved: a seeker, known by a receipt. */

import { EnterAsSeekerDocument, SaveProfileDocument, type ProfileInput } from "../gen/graphql";
import { forget, keep, readKept } from "../interest/keep";
import { Refusal } from "./refusal";
import { Service } from "./service";

const RECEIPT = "songgang.seeker";
/** A token is renewed so long before it runs out that no request meets its end. */
const RENEW_BEFORE_MS = 60_000;

interface Token {
  readonly text: string;
  readonly expiresAt: number;
}

export class Seeker {
  /** Queries and mutations as this seeker. */
  readonly service: Service;
  readonly #viewers: Service;
  #receipt: string | null;
  #token: Token | null = null;

  constructor(url: string, viewers: Service) {
    this.#viewers = viewers;
    this.service = new Service(url, { token: this.#current });
    this.#receipt = readKept(RECEIPT) as string | null;
  }

  get receipt(): string | null {
    return this.#receipt;
  }

  /** Store wishes, the first time or again. The receipt holds no name and no phone. */
  async save(profile: ProfileInput, textVersion: string): Promise<void> {
    const service = this.#receipt === null ? this.#viewers : this.service;
    const data = await service.execute(SaveProfileDocument, { profile, textVersion });
    const result = data.saveProfile;
    if (result.__typename !== "ProfileSaved") throw new Refusal(result);
    this.#receipt = result.receipt;
    this.#token = { text: result.accessToken, expiresAt: Date.parse(result.expiresAt) };
    keep(RECEIPT, result.receipt, true);
  }

  /** Leave it to the service, or to another person on this phone. */
  forget(): void {
    this.#receipt = null;
    this.#token = null;
    forget(RECEIPT);
  }

  readonly #current = async (renew: boolean): Promise<string | null> => {
    const known = this.#token;
    if (known !== null && !renew && known.expiresAt - Date.now() > RENEW_BEFORE_MS) {
      return known.text;
    }
    if (this.#receipt === null) return null;
    const data = await this.#viewers.execute(EnterAsSeekerDocument, { receipt: this.#receipt });
    const result = data.enterAsSeeker;
    if (result.__typename !== "SeekerEntered") throw new Refusal(result);
    this.#token = { text: result.accessToken, expiresAt: Date.parse(result.expiresAt) };
    return this.#token.text;
  };
}
