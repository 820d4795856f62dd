/** The interests of this device: sent, waiting for a network, withdrawn. Pages watch them. */

import { Refusal } from "../api/refusal";
import type { Service } from "../api/service";
import {
  ConfirmPhoneDocument,
  ExpressInterestDocument,
  RequestCodeDocument,
  WithdrawConsentDocument,
  type CodeChannel,
  type LeadConfirmation,
  type LeadSource,
} from "../gen/graphql";
import { pauseBefore } from "../live/backoff";
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
  /** It waited for a network, and then the service refused it or a day had passed. */
  | { readonly state: "refused"; readonly refusal: Refusal | null }
  | {
      readonly state: "registered" | "withdrawn";
      readonly leadId: string;
      readonly created: boolean;
      /** Whether the phone is proven: without it nothing goes to the employer. */
      readonly confirmed: boolean;
    };

/** What the service has of an interest of this device. */
export interface OwnInterest {
  readonly ownLeadId: string;
  readonly postingId: string;
  readonly confirmation: LeadConfirmation;
  readonly withdrawnAt: string | null;
}

export interface CodeSent {
  /** In a demo no message is sent: this is the code. */
  readonly demoCode: string | null;
  /** Milliseconds since 1970 before which the service sends no other code. */
  readonly nextAt: number;
}

const PERSON = "songgang.person";
const RECEIPT = "songgang.receipt";
const WAITING = "songgang.waiting";
const REGISTERED = "songgang.registered";
/** What could not be sent for a day is dropped, and the page says so. */
const DROP_AFTER_MS = 24 * 3_600_000;
/** Registrations that a device keeps; the oldest are left out, `/me` still has them. */
const MAX_KEPT = 200;

export class Registrations {
  person: Person | null;
  remembers: boolean;
  receipt: string | null;
  readonly #service: Service;
  readonly #byPosting = new Map<string, Registration>();
  readonly #watchers = new Set<() => void>();
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;

  constructor(service: Service) {
    this.#service = service;
    this.person = readKept(PERSON) as Person | null;
    this.remembers = this.person !== null;
    this.receipt = readKept(RECEIPT) as string | null;
    for (const name of [REGISTERED, WAITING]) {
      for (const [id, each] of (readKept(name) as [string, Registration][] | null) ?? []) {
        this.#byPosting.set(id, each);
      }
    }
    addEventListener("online", () => void this.sendWaiting());
    this.#sendLater();
  }

  of(postingId: string): Registration | null {
    return this.#byPosting.get(postingId) ?? null;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Forget who this is; what was registered stands. */
  forget(): void {
    this.person = null;
    this.remembers = false;
    this.receipt = null;
    this.#byPosting.clear();
    for (const name of [PERSON, RECEIPT, WAITING, REGISTERED]) forget(name);
    this.#changed();
  }

  /**
   * Register an interest once. Without a network it waits and is sent when there is one.
   *
   * The person is kept for good only with `remember`, else until the page is left. Throws the
   * `Refusal` of the service; the person can mend what it names and try again.
   */
  async register(interest: Interest, person: Person, remember: boolean): Promise<void> {
    const known = this.of(interest.postingId);
    if (known?.state === "sending" || known?.state === "registered") return;
    const since = known?.state === "waiting" ? known.since : Date.now();
    this.#set(interest.postingId, { state: "sending", since, interest });
    try {
      await this.#send(interest, person, remember, known?.state === "waiting");
    } catch (error) {
      if (error instanceof Refusal && error.isOffline) {
        this.#become(person, remember);
        this.#set(interest.postingId, { state: "waiting", since, interest });
        this.#sendLater();
        return;
      }
      this.#set(interest.postingId, null);
      throw error;
    }
  }

  /**
   * Take over what the service has of this device, newest first: after a reload, or from another tab.
   *
   * One that is not confirmed is taken over only if the person is known. Else the button stays, and
   * name and phone lead to the code again.
   */
  adopt(interests: readonly OwnInterest[]): void {
    const seen = new Set<string>();
    for (const each of interests) {
      if (seen.has(each.postingId)) continue;
      seen.add(each.postingId);
      const adopted = this.#adopted(each, this.of(each.postingId));
      if (adopted !== null) this.#set(each.postingId, adopted);
    }
  }

  #adopted(given: OwnInterest, known: Registration | null): Registration | null {
    const confirmed = given.confirmation !== "UNCONFIRMED";
    const leadId = given.ownLeadId;
    if (given.withdrawnAt !== null) {
      if (known?.state !== "registered") return null;
      return { state: "withdrawn", leadId, created: false, confirmed: false };
    }
    if (known?.state === "registered") {
      return known.confirmed === confirmed ? null : { ...known, confirmed };
    }
    if (known !== null && known.state !== "withdrawn") return null;
    if (!confirmed && this.person === null) return null;
    return { state: "registered", leadId, created: false, confirmed };
  }

  /** Try again to send what waits. */
  async sendWaiting(): Promise<void> {
    clearTimeout(this.#retry);
    for (const [postingId, each] of [...this.#byPosting]) {
      if (each.state !== "waiting") continue;
      if (this.person === null || Date.now() - each.since > DROP_AFTER_MS) {
        this.#set(postingId, { state: "refused", refusal: null });
        continue;
      }
      await this.register(each.interest, this.person, this.remembers).catch((error: unknown) => {
        const refusal = error instanceof Refusal ? error : null;
        this.#set(postingId, { state: "refused", refusal });
      });
    }
    this.#sendLater();
  }

  /** Take back an interest that waits for a network. */
  cancel(postingId: string): void {
    if (this.of(postingId)?.state === "waiting") this.#set(postingId, null);
  }

  async withdraw(postingId: string): Promise<void> {
    const known = this.of(postingId);
    if (known?.state !== "registered") return;
    await this.withdrawLead(known.leadId);
  }

  /** Withdraw the consent for a lead that the receipt of this device stands for. */
  async withdrawLead(leadId: string): Promise<void> {
    if (this.receipt === null) return;
    const { receipt } = this;
    const data = await this.#service.execute(WithdrawConsentDocument, { receipt, leadId });
    const result = data.withdrawConsent;
    if ("code" in result) throw new Refusal(result);
    for (const [postingId, each] of this.#byPosting) {
      if (each.state !== "registered" || each.leadId !== leadId) continue;
      this.#set(postingId, { state: "withdrawn", leadId, created: false, confirmed: false });
    }
  }

  /** Have a code sent to the phone of this person; null if the device has proven it already. */
  async requestCode(channel: CodeChannel): Promise<CodeSent | null> {
    const phone = this.person?.phone ?? "";
    const data = await this.#service.execute(RequestCodeDocument, { phone, channel });
    const result = data.requestCode;
    if (result.__typename !== "CodeRequested") throw new Refusal(result);
    if (result.provenUntil !== null) {
      this.#confirmAll();
      return null;
    }
    const nextAt = result.nextRequestAt === null ? 0 : Date.parse(result.nextRequestAt);
    return { demoCode: result.demoCode, nextAt };
  }

  /** Prove the phone by the code. All interests of this person on this device are confirmed. */
  async confirmPhone(code: string): Promise<void> {
    const phone = this.person?.phone ?? "";
    const data = await this.#service.execute(ConfirmPhoneDocument, { phone, code });
    const result = data.confirmPhone;
    if ("code" in result) throw new Refusal(result);
    this.#confirmAll();
  }

  #become(person: Person, remember: boolean): void {
    this.person = person;
    this.remembers = remember;
    if (remember) keep(PERSON, person, true);
    else forget(PERSON);
  }

  #confirmAll(): void {
    for (const [postingId, each] of this.#byPosting) {
      if (each.state === "registered") this.#byPosting.set(postingId, { ...each, confirmed: true });
    }
    this.#keep();
    this.#changed();
  }

  /** `again`: an earlier attempt may have arrived although its answer did not. */
  async #send(
    interest: Interest,
    person: Person,
    remember: boolean,
    again: boolean,
  ): Promise<void> {
    const { expressInterest: result } = await this.#service.execute(ExpressInterestDocument, {
      ...interest,
      ...person,
    });
    if (result.__typename !== "InterestRecorded") throw new Refusal(result);
    this.#become(person, remember);
    this.receipt = result.receipt;
    keep(RECEIPT, result.receipt, remember);
    const { lead } = result;
    const created = result.created || again;
    const confirmed = lead.confirmation !== "UNCONFIRMED";
    this.#set(interest.postingId, { state: "registered", leadId: lead.id, created, confirmed });
  }

  /** `online` says that there is a network, never that the service answers: so try at intervals. */
  #sendLater(): void {
    clearTimeout(this.#retry);
    if (![...this.#byPosting.values()].some((each) => each.state === "waiting")) {
      this.#attempt = 0;
      return;
    }
    this.#retry = setTimeout(() => void this.sendWaiting(), pauseBefore(this.#attempt));
    this.#attempt += 1;
  }

  #set(postingId: string, registration: Registration | null): void {
    this.#byPosting.delete(postingId);
    if (registration !== null) this.#byPosting.set(postingId, registration);
    this.#keep();
    this.#changed();
  }

  /** What waits holds no name and no phone; it is kept only with the person that it needs. */
  #keep(): void {
    const all = [...this.#byPosting];
    const done = all.filter(([, each]) => each.state === "registered");
    keep(REGISTERED, done.slice(-MAX_KEPT), this.remembers);
    if (!this.remembers) return;
    const waiting = all.filter(([, each]) => each.state === "waiting");
    keep(WAITING, waiting.slice(-MAX_KEPT), true);
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
