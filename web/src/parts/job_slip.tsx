/** A job in a list: pay, place, hours and insurance before anything else. */

import type { JobSlipFragment } from "../gen/graphql";
import { formatInsurance, formatPay } from "../i18n/format";
import type { Words } from "../i18n/zh";
import { useWords } from "../shell/preferences";

/** 浦东新区 · 白班 · 五险 · 包住: what people ask first, in one line. */
export function describeJob(job: JobSlipFragment, words: Words): string {
  const facts = [
    job.place?.fullName,
    words.labels.shift[job.shift],
    formatInsurance(job.insurance, words),
    ...job.benefits.slice(0, 3).map((each) => words.labels.benefit[each]),
  ];
  return facts.filter((each) => each !== undefined && each !== "").join(" · ");
}

export function JobSlip({ job, sessionId }: { job: JobSlipFragment; sessionId?: string }) {
  const words = useWords();
  const session = sessionId === undefined ? "" : `&session=${encodeURIComponent(sessionId)}`;
  return (
    <a class="slip" href={`/?posting=${encodeURIComponent(job.id)}${session}`}>
      <strong>{job.title}</strong>
      <span class="pay">{formatPay(job.pay, words)}</span>
      <span>{describeJob(job, words)}</span>
      <span class="second small">
        {job.employer.name}
        {job.employer.verified && ` · ${words.job.verified}`}
      </span>
    </a>
  );
}
