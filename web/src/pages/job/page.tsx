import { useRef } from "preact/hooks";
import { Refusal } from "../../api/refusal";
import { JobDocument, type JobDetailsFragment, type JobQuery } from "../../gen/graphql";
import { formatInsurance, formatPay, formatPlace } from "../../i18n/format";
import { channelOf, scannedIn, type Scanned } from "../../interest/channel";
import { InterestButton } from "../../interest/interest_button";
import { Dotted } from "../../parts/dotted";
import { Empty, Failed, FailedPage, Loading } from "../../parts/notices";
import { explain } from "../../shell/explain";
import { usePreferences, useWords } from "../../shell/preferences";
import type { PageProps } from "../../shell/routes";
import { useLater } from "../../shell/use_later";
import { useQuery } from "../../shell/use_query";

/** `/?posting=`, `/jobs/<id>`: one job. Pay, place, hours and insurance come first. */
export default function JobPage({ id: ofPath, query }: PageProps) {
  const words = useWords();
  const id = ofPath === "" ? (query.get("posting") ?? "") : ofPath;
  const sessionId = query.get("session") ?? "";
  const variables = { id, sessionId, inSession: sessionId !== "" };
  const { data, refusal, asOf, retry } = useQuery(JobDocument, variables);
  if (data === null) {
    if (refusal === null) return <Loading />;
    if (!refusal.isUnknown) return <FailedPage text={explain(refusal, words)} retry={retry} />;
  }
  const job = data?.node;
  if (job?.__typename !== "Posting") {
    return <Empty text={words.job.unknown} href="/jobs" action={words.toBoard} />;
  }
  return (
    <>
      {refusal !== null && <Failed refusal={refusal} asOf={asOf} retry={retry} />}
      <Job job={job} session={data?.liveSession ?? null} scanned={scannedIn(query)} />
    </>
  );
}

interface JobProps {
  readonly job: JobDetailsFragment;
  /** The session that presents the job, if one led here. */
  readonly session: NonNullable<JobQuery["liveSession"]> | null;
  readonly scanned: Scanned | null;
}

function Job({ job, session, scanned }: JobProps) {
  const words = useWords();
  const { large } = usePreferences();
  const { part: aloud } = useLater(large ? loadReadAloud : undefined);
  const terms = useRef<HTMLDivElement>(null);
  return (
    <article class="job">
      {session !== null && (
        <a class="back" href={`/live/${encodeURIComponent(session.id)}`}>
          <span>
            ‹ {words.job.toSession}
            <span lang="zh-CN">{session.title}</span>
          </span>
        </a>
      )}
      <div ref={terms}>
        <h1 lang="zh-CN">{job.title}</h1>
        <p class="pay lead">{formatPay(job.pay, words)}</p>
        <Facts job={job} />
      </div>
      {job.synthetic && <p class="second small">{words.job.synthetic}</p>}
      <hr class="tear" />
      {job.status === "OPEN" ? (
        <InterestButton
          target={{
            job,
            channel: channelOf(session, scanned),
            union: session?.union.name ?? null,
          }}
        />
      ) : (
        <ClosedLater job={job} />
      )}
      {aloud !== null && <aloud.ReadAloud part={terms} />}
      <h2>{words.job.duties}</h2>
      <p class="text" lang="zh-CN">
        {job.duties}
      </p>
      {job.conditions !== "" && (
        <>
          <h2>{words.job.conditions}</h2>
          <p class="text" lang="zh-CN">
            {job.conditions}
          </p>
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
  ];
  const facts = [
    [words.job.hours, hours],
    [words.job.insurance, [formatInsurance(job.insurance, words)]],
    [words.job.benefits, job.benefits.map((each) => words.labels.benefit[each])],
    [words.job.kind, [words.labels.employment[job.employmentType]]],
    [words.job.headcount, [words.job.people(job.headcount)]],
  ] as const;
  return (
    <>
      <dl class="facts">
        <div>
          <dt>{words.job.place}</dt>
          <dd lang="zh-CN">
            {[formatPlace(job.place), job.address].filter((each) => each !== "").join(" ")}
          </dd>
        </div>
        {facts
          .filter(([, values]) => values.length > 0)
          .map(([name, values]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Dotted>{values}</Dotted>
              </dd>
            </div>
          ))}
      </dl>
      <p class="employer">
        <span lang="zh-CN">{job.employer.name}</span>
        {job.employer.verified && <span class="second">✓ {words.job.verified}</span>}
      </p>
    </>
  );
}

/** Most jobs are open: what a closed one shows in place of the button is loaded when it is one. */
function ClosedLater({ job }: { job: JobDetailsFragment }) {
  const { part, failed, retry } = useLater(loadClosed);
  if (failed) return <Failed refusal={Refusal.offline()} retry={retry} />;
  if (part === null) return <Loading />;
  return <part.Closed job={job} />;
}

function loadReadAloud() {
  return import("../../parts/read_aloud");
}

function loadClosed() {
  return import("./closed");
}

function clock(time: string): string {
  return time.slice(0, 5);
}
