import type { Benefit, EmploymentType, InsuranceKind, Shift } from "../gen/graphql";

/** What codes of the API are called. Names of jobs, places and firms come from the service. */
export interface Labels {
  readonly shift: Readonly<Record<Shift, string>>;
  readonly benefit: Readonly<Record<Benefit, string>>;
  readonly insurance: Readonly<Record<InsuranceKind, string>>;
  readonly employment: Readonly<Record<EmploymentType, string>>;
}
