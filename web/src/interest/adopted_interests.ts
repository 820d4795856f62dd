/** What the service has of this device: after a reload, or from another tab. */

import type { LeadConfirmation } from "../gen/graphql";
import type { Registration, Registrations } from "./registrations";

/** What the service has of an interest of this device. */
export interface OwnInterest {
  readonly ownLeadId: string;
  readonly postingId: string;
  readonly confirmation: LeadConfirmation;
  readonly withdrawnAt: string | null;
}

/**
 * Take over what the service has, newest first.
 *
 * One that is not confirmed is taken over only if the person is known. Else the button stays, and
 * name and phone lead to the code again.
 */
export function adoptInterests(
  registrations: Registrations,
  interests: readonly OwnInterest[],
): void {
  const seen = new Set<string>();
  for (const each of interests) {
    if (seen.has(each.postingId)) continue;
    seen.add(each.postingId);
    const known = registrations.of(each.postingId);
    const adopted = adopt(each, known, registrations.person !== null);
    if (adopted !== null) registrations.set(each.postingId, adopted);
  }
}

/** What becomes of one; null if nothing changes. */
function adopt(
  given: OwnInterest,
  known: Registration | null,
  isPersonKnown: boolean,
): Registration | null {
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
  if (!confirmed && !isPersonKnown) return null;
  return { state: "registered", leadId, created: false, confirmed };
}
