/** What registers somebody: loaded as a finger comes down, or at once for somebody who is known. */

export { InterestSheet } from "./interest_sheet";
export { KnownPerson } from "./known_person";
export { RegistrationState } from "./registration_state";
