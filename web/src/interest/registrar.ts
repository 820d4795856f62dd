/** Sends interests, withdrawals and codes to the service. What becomes of them pages see watched. */

import { Refusal } from "../api/refusal";
import type { Service } from "../api/service";
import {
  ConfirmPhoneDocument,
  ExpressInterestDocument,
  RequestCodeDocument,
  WithdrawConsentDocument,
  type CodeChannel,
} from "../gen/graphql";
import { pauseBefore } from "../live/backoff";
import { service } from "../shell/service";
import type { Interest, Person, Registrations } from "./registrations";
import { UNDO_FOR_MS } from "./undo";
import { registrations } from "./use_registrations";

export interface CodeSent {
  /** In a demo no message is sent: this is the code. */
  readonly demoCode: string | null;
  /** Milliseconds since 1970 before which the service sends no other code. */
  readonly nextAt: number;
}

/** What could not be sent for a day is dropped, and the page says so. */
const DROP_AFTER_MS = 24 * 3_600_000;

class Registrar {
  private readonly service: Service;
  private readonly registrations: Registrations;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;

  constructor(service: Service, registrations: Registrations) {
    this.service = service;
    this.registrations = registrations;
    addEventListener("online", () => void this.sendWaiting());
    this.sendLater();
  }

  /**
   * Register an interest once. Without a network it waits and is sent when there is one.
   *
   * The person is kept for good only with `remember`, else until the page is left. Throws the
   * `Refusal` of the service; the person can mend what it names and try again.
   */
  async register(interest: Interest, person: Person, remember: boolean): Promise<void> {
    const known = this.registrations.of(interest.postingId);
    if (known?.state === "sending" || known?.state === "registered") return;
    const since = known?.state === "waiting" ? known.since : Date.now();
    this.registrations.set(interest.postingId, { state: "sending", since, interest });
    try {
      await this.send(interest, person, remember, known?.state === "waiting");
    } catch (error) {
      if (error instanceof Refusal && error.isOffline) {
        this.registrations.become(person, remember);
        this.registrations.set(interest.postingId, { state: "waiting", since, interest });
        this.sendLater();
        return;
      }
      this.registrations.set(interest.postingId, null);
      throw error;
    }
  }

  /** Try again to send what waits. */
  async sendWaiting(): Promise<void> {
    clearTimeout(this.retry);
    for (const [postingId, each] of this.registrations.all()) {
      if (each.state !== "waiting") continue;
      if (this.registrations.person === null || Date.now() - each.since > DROP_AFTER_MS) {
        this.registrations.set(postingId, { state: "refused", refusal: null });
        continue;
      }
      await this.register(
        each.interest,
        this.registrations.person,
        this.registrations.remembers,
      ).catch((error: unknown) => {
        const refusal = error instanceof Refusal ? error : null;
        this.registrations.set(postingId, { state: "refused", refusal });
      });
    }
    this.sendLater();
  }

  /** Take back an interest that waits for a network. */
  cancel(postingId: string): void {
    const known = this.registrations.of(postingId);
    if (known?.state === "waiting") this.registrations.set(postingId, null);
  }

  async withdraw(postingId: string): Promise<void> {
    const known = this.registrations.of(postingId);
    if (known?.state !== "registered") return;
    await this.withdrawLead(known.leadId);
  }

  /** Withdraw the consent for a lead that the receipt of this device stands for. */
  async withdrawLead(leadId: string): Promise<void> {
    const { receipt } = this.registrations;
    if (receipt === null) return;
    const data = await this.service.execute(WithdrawConsentDocument, { receipt, leadId });
    const result = data.withdrawConsent;
    if ("code" in result) throw new Refusal(result);
    for (const [postingId, each] of this.registrations.all()) {
      if (each.state !== "registered" || each.leadId !== leadId) continue;
      this.registrations.set(postingId, {
        state: "withdrawn",
        leadId,
        created: false,
        confirmed: false,
      });
    }
  }

  /** Have a code sent to the phone of this person; null if the device has proven it already. */
  async requestCode(channel: CodeChannel): Promise<CodeSent | null> {
    const phone = this.registrations.person?.phone ?? "";
    const pending = this.pending();
    const data = await this.service.execute(RequestCodeDocument, { phone, channel });
    const result = data.requestCode;
    if (result.__typename !== "CodeRequested") throw new Refusal(result);
    if (result.provenUntil !== null) {
      this.confirm(pending);
      return null;
    }
    const nextAt = result.nextRequestAt === null ? 0 : Date.parse(result.nextRequestAt);
    return { demoCode: result.demoCode, nextAt };
  }

  /** Prove the phone by the code. All interests of this person on this device are confirmed. */
  async confirmPhone(code: string): Promise<void> {
    const phone = this.registrations.person?.phone ?? "";
    const pending = this.pending();
    const data = await this.service.execute(ConfirmPhoneDocument, { phone, code });
    const result = data.confirmPhone;
    if ("code" in result) throw new Refusal(result);
    this.confirm(pending);
  }

  /**
   * The jobs whose interest waits for the proof of the phone. Read before the proof is sent: a room
   * may hear of the confirmation before the answer is here.
   */
  private pending(): readonly string[] {
    const all = this.registrations.all();
    const found = all.filter(([, each]) => each.state === "registered" && !each.confirmed);
    return found.map(([postingId]) => postingId);
  }

  /** From now on they go to the employers, so the time to take them back begins again. */
  private confirm(pending: readonly string[]): void {
    const undoUntil = Date.now() + UNDO_FOR_MS;
    for (const postingId of pending) {
      const known = this.registrations.of(postingId);
      if (known?.state !== "registered") continue;
      this.registrations.set(postingId, { ...known, confirmed: true, undoUntil });
    }
  }

  /** `again`: an earlier attempt may have arrived although its answer did not. */
  private async send(
    interest: Interest,
    person: Person,
    remember: boolean,
    again: boolean,
  ): Promise<void> {
    const { expressInterest: result } = await this.service.execute(ExpressInterestDocument, {
      ...interest,
      ...person,
    });
    if (result.__typename !== "InterestRecorded") throw new Refusal(result);
    this.registrations.become(person, remember);
    this.registrations.keepReceipt(result.receipt);
    const { lead } = result;
    const created = result.created || again;
    const confirmed = lead.confirmation !== "UNCONFIRMED";
    this.registrations.set(interest.postingId, {
      state: "registered",
      leadId: lead.id,
      created,
      confirmed,
      // What stood before is taken back in `/me`.
      ...(created && { undoUntil: Date.now() + UNDO_FOR_MS }),
    });
  }

  /** `online` says that there is a network, never that the service answers: so try at intervals. */
  private sendLater(): void {
    clearTimeout(this.retry);
    if (!this.registrations.someWait) {
      this.attempt = 0;
      return;
    }
    this.retry = setTimeout(() => void this.sendWaiting(), pauseBefore(this.attempt));
    this.attempt += 1;
  }
}

export const registrar = new Registrar(service, registrations);
