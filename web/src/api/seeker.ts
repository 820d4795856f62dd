/** Who we are to the service once wishes are saved: a seeker, known by a receipt. */

import { EnterAsSeekerDocument, SaveProfileDocument, type ProfileInput } from "../gen/graphql";
import { forget, keep, readKept } from "../interest/keep";
import { LastAnswers } from "./last_answers";
import { Refusal } from "./refusal";
import { Service } from "./service";
import { Token, type Entered } from "./token";

const RECEIPT = "songgang.seeker";
const RENEW_BEFORE_MS = 60_000;

export class Seeker {
  /** Queries and mutations as this seeker. */
  readonly service: Service;
  readonly #viewers: Service;
  readonly #token: Token;
  #receipt: string | null;

  constructor(url: string, viewers: Service) {
    this.#viewers = viewers;
    this.#receipt = readKept(RECEIPT) as string | null;
    this.#token = new Token(() => this.#enter(), RENEW_BEFORE_MS);
    const token = (renew: boolean) => this.#token.current(renew);
    this.service = new Service(url, { token }, new LastAnswers());
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
    this.#token.become(result);
    keep(RECEIPT, result.receipt, true);
  }

  /** Leave it to the service, or to another person on this phone. */
  forget(): void {
    this.#receipt = null;
    this.#token.forget();
    this.service.lastAnswers?.forget();
    forget(RECEIPT);
  }

  async #enter(): Promise<Entered> {
    const receipt = this.#receipt ?? "";
    const { enterAsSeeker: result } = await this.#viewers.execute(EnterAsSeekerDocument, {
      receipt,
    });
    if (result.__typename === "SeekerEntered") return result;
    // It ran out, or its profile was erased: wishes begin anew.
    if (result.code === "UNAUTHENTICATED") this.forget();
    throw new Refusal(result);
  }
}
