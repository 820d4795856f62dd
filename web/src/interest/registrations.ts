/** The interests of this device: sent, waiting for a network, withdrawn. Pages watch them. */

import type { CodeChannel, LeadSource } from "../gen/graphql";
import {
  ConfirmPhoneDocument,
  ExpressInterestDocument,
  RequestCodeDocument,
  WithdrawConsentDocument,
} from "../gen/graphql";
import { Refusal } from "../api/refusal";
import type { Service } from "../api/service";
import { forget, keep, readKept } from "./keep";

export interface Person {
  readonly name: string;
  readonly phone: string;
}

export interface Interest {
  readonly postingId: string;
  readonly sessionId: string | null;
  readonly source: LeadSource;
  readonly code: string | null;
  readonly textVersion: string;
}

export type Registration =
  | { readonly state: "sending" | "waiting"; readonly since: number; readonly interest: Interest }
  | {
      readonly state: "registered" | "withdrawn";
      readonly leadId: string;
      readonly created: boolean;
      /** Whether the phone is proven: without it nothing goes to the employer. */
      readonly confirmed: boolean;
    };

export interface CodeSent {
  /** In a demo no message is sent: this is the code. */
  readonly demoCode: string | null;
}

const PERSON = "songgang.person";
const RECEIPT = "songgang.receipt";
const WAITING = "songgang.waiting";
/** What could not be sent for a day is dropped, and the page says so. */
const DROP_AFTER_MS = 24 * 3_600_000;

export class Registrations {
  person: Person | null;
  remembers: boolean;
  receipt: string | null;
  /** An interest that waited for a day and was dropped. */
  dropped = false;
  readonly #service: Service;
  readonly #byPosting = new Map<string, Registration>();
  readonly #watchers = new Set<() => void>();

  constructor(service: Service) {
    this.#service = service;
    const person = readKept(PERSON) as Person | null;
    this.person = person;
    this.remembers = person !== null;
    this.receipt = readKept(RECEIPT) as string | null;
    for (const each of (readKept(WAITING) as Registration[] | null) ?? []) {
      if (each.state === "waiting") this.#byPosting.set(each.interest.postingId, each);
    }
    addEventListener("online", () => void this.sendWaiting());
  }

  of(postingId: string): Registration | null {
    return this.#byPosting.get(postingId) ?? null;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Who registers from now on; kept for good only with `remember`. */
  become(person: Person, remember: boolean): void {
    this.person = person;
    this.remembers = remember;
    if (remember) keep(PERSON, person, true);
    else forget(PERSON);
    this.#changed();
  }

  /** Forget who this is; what was registered stands. */
  forget(): void {
    this.person = null;
    this.remembers = false;
    this.receipt = null;
    this.#byPosting.clear();
    for (const name of [PERSON, RECEIPT, WAITING]) forget(name);
    this.#changed();
  }

  /**
   * Register an interest once. Without a network it waits and is sent when there is one.
   *
   * Throws the `Refusal` of the service; the person can mend what it names and try again.
   */
  async register(interest: Interest): Promise<void> {
    const known = this.of(interest.postingId);
    if (known?.state === "sending" || known?.state === "registered") return;
    const since = known?.state === "waiting" ? known.since : Date.now();
    this.#set(interest.postingId, { state: "sending", since, interest });
    try {
      await this.#send(interest);
    } catch (error) {
      if (error instanceof Refusal && error.isOffline) {
        this.#set(interest.postingId, { state: "waiting", since, interest });
        return;
      }
      this.#set(interest.postingId, null);
      throw error;
    }
  }

  async sendWaiting(): Promise<void> {
    for (const each of [...this.#byPosting.values()]) {
      if (each.state !== "waiting") continue;
      if (Date.now() - each.since > DROP_AFTER_MS) {
        this.dropped = true;
        this.#set(each.interest.postingId, null);
        continue;
      }
      await this.register(each.interest).catch(() => undefined);
    }
  }

  cancel(postingId: string): void {
    if (this.of(postingId)?.state === "waiting") this.#set(postingId, null);
  }

  async withdraw(postingId: string): Promise<void> {
    const known = this.of(postingId);
    if (known?.state !== "registered") return;
    const { leadId } = known;
    await this.withdrawLead(leadId);
    this.#set(postingId, { state: "withdrawn", leadId, created: false, confirmed: false });
  }

  /** Withdraw the consent for a lead that the receipt of this device stands for. */
  async withdrawLead(leadId: string): Promise<void> {
    if (this.receipt === null) return;
    const { receipt } = this;
    const data = await this.#service.execute(WithdrawConsentDocument, { receipt, leadId });
    const result = data.withdrawConsent;
    if ("code" in result) throw new Refusal(result);
  }

  /** Have a code sent to the phone of this person. Without a refusal it is on its way. */
  async requestCode(channel: CodeChannel): Promise<CodeSent> {
    const phone = this.person?.phone ?? "";
    const data = await this.#service.execute(RequestCodeDocument, { phone, channel });
    const result = data.requestCode;
    if (result.__typename !== "CodeRequested") throw new Refusal(result);
    if (result.provenUntil !== null) this.#confirmAll();
    return { demoCode: result.demoCode };
  }

  /** Prove the phone by the code. All interests of this person on this device are confirmed. */
  async confirmPhone(code: string): Promise<void> {
    const phone = this.person?.phone ?? "";
    const data = await this.#service.execute(ConfirmPhoneDocument, { phone, code });
    const result = data.confirmPhone;
    if ("code" in result) throw new Refusal(result);
    this.#confirmAll();
  }

  #confirmAll(): void {
    for (const [postingId, each] of this.#byPosting) {
      if (each.state === "registered") this.#byPosting.set(postingId, { ...each, confirmed: true });
    }
    this.#changed();
  }

  async #send(interest: Interest): Promise<void> {
    if (this.person === null) throw Refusal.offline();
    const { expressInterest: result } = await this.#service.execute(ExpressInterestDocument, {
      ...interest,
      ...this.person,
    });
    if (result.__typename !== "InterestRecorded") throw new Refusal(result);
    this.receipt = result.receipt;
    keep(RECEIPT, result.receipt, this.remembers);
    const { created, lead } = result;
    const confirmed = lead.confirmation !== "UNCONFIRMED";
    this.#set(interest.postingId, { state: "registered", leadId: lead.id, created, confirmed });
  }

  #set(postingId: string, registration: Registration | null): void {
    if (registration === null) this.#byPosting.delete(postingId);
    else this.#byPosting.set(postingId, registration);
    if (this.remembers) {
      const waiting = [...this.#byPosting.values()].filter((each) => each.state === "waiting");
      keep(WAITING, waiting, true);
    }
    this.#changed();
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
