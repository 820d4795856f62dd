import { JobDocument, SimilarJobsDocument, type JobDetailsFragment } from "../../gen/graphql";
import { formatInsurance, formatPay } from "../../i18n/format";
import { InterestButton } from "../../interest/interest_button";
import { JobSlip } from "../../parts/job_slip";
import { Empty, Failed, Loading } from "../../parts/notices";
import { useWords } from "../../shell/preferences";
import type { PageProps } from "../../shell/routes";
import { useQuery } from "../../shell/use_query";

/** `/?posting=`: one job, where a poster leads. Pay, place, hours and insurance come first. */
export default function JobPage({ query }: PageProps) {
  const words = useWords();
  const id = query.get("posting") ?? "";
  const { data, refusal, retry } = useQuery(JobDocument, { id });
  if (data === null) {
    if (refusal === null) return <Loading />;
    if (refusal.isOffline) return <Failed refusal={refusal} retry={retry} />;
  }
  const job = data?.node;
  if (job?.__typename !== "Posting") {
    return <Empty text={words.job.unknown} href="/jobs" action={words.home.toBoard} />;
  }
  return <Job job={job} session={query.get("session")} code={query.get("code")} />;
}

interface JobProps {
  readonly job: JobDetailsFragment;
  readonly session: string | null;
  readonly code: string | null;
}

function Job({ job, session, code }: JobProps) {
  const words = useWords();
  return (
    <article>
      <h1>{job.title}</h1>
      <p class="pay lead">{formatPay(job.pay, words)}</p>
      <Facts job={job} />
      {job.synthetic && <p class="second small">{words.job.synthetic}</p>}
      <hr class="tear" />
      {job.status === "OPEN" ? (
        <InterestButton
          target={{
            postingId: job.id,
            sessionId: session,
            source: sourceOf(session, code),
            code,
          }}
        />
      ) : (
        <Closed job={job} />
      )}
      <h2>{words.job.duties}</h2>
      <p class="text">{job.duties}</p>
      {job.conditions !== "" && (
        <>
          <h2>{words.job.conditions}</h2>
          <p class="text">{job.conditions}</p>
        </>
      )}
    </article>
  );
}

function Facts({ job }: { job: JobDetailsFragment }) {
  const words = useWords();
  const hours = [
    words.labels.shift[job.shift],
    job.startsAt !== null && job.endsAt !== null
      ? `${clock(job.startsAt)}–${clock(job.endsAt)}`
      : words.job.perDay(job.hoursPerDay),
    words.job.perWeek(job.hoursPerWeek),
  ].join(" · ");
  const facts = [
    [words.job.place, [job.place?.fullName, job.address].filter(Boolean).join(" ")],
    [words.job.hours, hours],
    [words.job.insurance, formatInsurance(job.insurance, words)],
    [words.job.benefits, job.benefits.map((each) => words.labels.benefit[each]).join(" · ")],
    [words.job.kind, words.labels.employment[job.employmentType]],
    [words.job.headcount, words.job.people(job.headcount)],
  ] as const;
  return (
    <>
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <p>
        {job.employer.name}
        {job.employer.verified && <span class="second"> · ✓ {words.job.verified}</span>}
      </p>
    </>
  );
}

function Closed({ job }: { job: JobDetailsFragment }) {
  const words = useWords();
  const { data } = useQuery(SimilarJobsDocument, {
    filter: { occupation: job.occupation, placeCode: job.placeCode.slice(0, 2) + "0000" },
  });
  const similar = data?.postings.edges.map((edge) => edge.node) ?? [];
  return (
    <>
      <p role="status" class="warning">
        {words.job.closed}
      </p>
      {similar.length > 0 && <h2>{words.job.similar}</h2>}
      <ul class="cards">
        {similar.map((each) => (
          <li key={each.id}>
            <JobSlip job={each} />
          </li>
        ))}
      </ul>
      <a class="button main wide" href="/jobs">
        {words.job.seeSimilar}
      </a>
    </>
  );
}

/** A code on a poster, a tap in a session, or the board. */
function sourceOf(session: string | null, code: string | null) {
  if (code !== null) return "POSTING_QR";
  return session === null ? "BOARD" : "LIVE_TAP";
}

function clock(time: string): string {
  return time.slice(0, 5);
}
