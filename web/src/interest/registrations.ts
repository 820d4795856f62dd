/** The interests of this device: sent, waiting for a network, withdrawn. Pages watch them. */

import type { Refusal } from "../api/refusal";
import type { LeadSource } from "../gen/graphql";
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
      /** Until when the button beside it takes it back, in milliseconds since 1970. */
      readonly undoUntil?: number;
    };

const PERSON = "songgang.person";
const RECEIPT = "songgang.receipt";
const WAITING = "songgang.waiting";
const REGISTERED = "songgang.registered";
/** Registrations that a device keeps; the oldest are left out, `/me` still has them. */
const MAX_KEPT = 200;

export class Registrations {
  person = readKept(PERSON) as Person | null;
  remembers = this.person !== null;
  receipt = readKept(RECEIPT) as string | null;
  private readonly byPosting = new Map<string, Registration>();
  private readonly watchers = new Set<() => void>();

  constructor() {
    for (const name of [REGISTERED, WAITING]) {
      for (const [id, each] of (readKept(name) as [string, Registration][] | null) ?? []) {
        this.byPosting.set(id, each);
      }
    }
  }

  of(postingId: string): Registration | null {
    return this.byPosting.get(postingId) ?? null;
  }

  /** All of them by posting, the latest change last. */
  all(): readonly (readonly [string, Registration])[] {
    return [...this.byPosting];
  }

  /** Whether one of them waits for a network. */
  get someWait(): boolean {
    return this.all().some(([, each]) => each.state === "waiting");
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Forget who this is; what was registered stands. */
  forget(): void {
    this.person = null;
    this.remembers = false;
    this.receipt = null;
    this.byPosting.clear();
    for (const name of [PERSON, RECEIPT, WAITING, REGISTERED]) forget(name);
    this.changed();
  }

  /** This is who registers here; kept for good only with `remember`. */
  become(person: Person, remember: boolean): void {
    this.person = person;
    this.remembers = remember;
    if (remember) keep(PERSON, person, true);
    else forget(PERSON);
  }

  /** What stands for this person's registrations to the service. */
  keepReceipt(receipt: string): void {
    this.receipt = receipt;
    keep(RECEIPT, receipt, this.remembers);
  }

  /** Change what became of a posting; null if nothing did. */
  set(postingId: string, registration: Registration | null): void {
    this.byPosting.delete(postingId);
    if (registration !== null) this.byPosting.set(postingId, registration);
    this.keep();
    this.changed();
  }

  /** What waits holds no name and no phone; it is kept only with the person that it needs. */
  private keep(): void {
    const all = [...this.byPosting];
    const done = all.filter(([, each]) => each.state === "registered");
    keep(REGISTERED, done.slice(-MAX_KEPT), this.remembers);
    if (!this.remembers) return;
    const waiting = all.filter(([, each]) => each.state === "waiting");
    keep(WAITING, waiting.slice(-MAX_KEPT), true);
  }

  private changed(): void {
    for (const watcher of this.watchers) watcher();
  }
}
