/** A job in a list: pay, place, hours and insurance before anything else. */

import type { JobSlipFragment } from "../gen/graphql";
import { formatPay } from "../i18n/format";
import { useRegistrations } from "../interest/use_registrations";
import { useWords } from "../shell/preferences";
import { Dotted } from "./dotted";
import { JobFacts } from "./job_facts";

/** The session that presents a job, and the code of its poster. */
export interface Presented {
  readonly sessionId: string;
  readonly code: string | null;
}

/** Where a job is shown; an interest there counts for the session that led to it. */
export function addressOf(jobId: string, presented: Presented | null): string {
  const query = new URLSearchParams({ posting: jobId });
  if (presented !== null) query.set("session", presented.sessionId);
  if (presented?.code != null) query.set("room", presented.code);
  return `/?${query.toString()}`;
}

interface JobSlipProps {
  readonly job: JobSlipFragment;
  readonly presented?: Presented;
  /** Whether it is the job that is shown now. */
  readonly current?: boolean;
}

export function JobSlip({ job, presented, current = false }: JobSlipProps) {
  const words = useWords();
  const registration = useRegistrations().of(job.id);
  const mark =
    registration?.state === "registered"
      ? registration.confirmed
        ? words.job.registered
        : words.interest.pending
      : null;
  return (
    <a
      class="slip"
      href={addressOf(job.id, presented ?? null)}
      aria-current={current ? "true" : undefined}
    >
      <span class="row">
        <strong lang="zh-CN">{job.title}</strong>
        {mark !== null && <span class="mark">{mark}</span>}
        {mark === null && job.status !== "OPEN" && <span class="mark">{words.job.closed}</span>}
      </span>
      <span class="pay">{formatPay(job.pay, words)}</span>
      <JobFacts job={job} />
      <span class="second small">
        <Dotted>
          <span lang="zh-CN">{job.employer.name}</span>
          {job.employer.verified && words.job.verified}
        </Dotted>
      </span>
    </a>
  );
}
