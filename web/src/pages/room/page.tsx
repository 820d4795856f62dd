import { useEffect, useState } from "preact/hooks";
import { RoomDocument, type JobSlipFragment, type RoomStateFragment } from "../../gen/graphql";
import { formatCount, formatPay, formatTime } from "../../i18n/format";
import { InterestButton } from "../../interest/interest_button";
import { describeJob, JobSlip } from "../../parts/job_slip";
import { Empty, Failed, Loading } from "../../parts/notices";
import { useWords } from "../../shell/preferences";
import type { PageProps } from "../../shell/routes";
import { useQuery } from "../../shell/use_query";
import { ConnectionRow } from "./connection_row";
import { Picture } from "./picture";
import { Questions } from "./questions";
import type { RoomState } from "./room_state";
import { useRoom } from "./use_room";

/** `/live/<id>`: the job that is shown now, with everything that happens in the session. */
export default function RoomPage({ id, query }: PageProps) {
  const words = useWords();
  const sessionId = id === "" ? (query.get("session") ?? "") : id;
  const { data, refusal, retry } = useQuery(RoomDocument, { id: sessionId });
  if (data === null) {
    if (refusal === null) return <Loading />;
    if (refusal.isOffline) return <Failed refusal={refusal} retry={retry} />;
  }
  const session = data?.liveSession ?? null;
  if (session === null) return <Empty text={words.room.unknown} href="/" action={words.toHome} />;
  return <OpenRoom key={session.id} session={session} code={query.get("code")} />;
}

function OpenRoom({ session, code }: { session: RoomStateFragment; code: string | null }) {
  const words = useWords();
  const { state, connection, missed } = useRoom(session);
  const jobs = session.postings.edges.map((edge) => edge.node);
  return (
    <>
      <h1 class="room-title">{session.title}</h1>
      <p class="second small">
        {words.home.by(session.union.name, session.host.name)} ·{" "}
        {words.room.viewers(formatCount(state.viewers, words))} ·{" "}
        {words.room.interests(formatCount(state.interests, words))}
      </p>
      <Picture picture={state.picture} title={session.title} />
      <Status state={state} />
      <ConnectionRow connection={connection} missed={missed} />
      {state.announcement !== null && <Announcement text={state.announcement} />}
      <section class="pinned" aria-live="polite">
        <Pinned state={state} code={code} />
      </section>
      <details class="block" open>
        <summary>{words.room.jobs(jobs.length)}</summary>
        <ul class="cards">
          {jobs.map((job) => (
            <li key={job.id}>
              <JobSlip job={job} sessionId={session.id} />
            </li>
          ))}
        </ul>
      </details>
      <Questions session={session} questions={state.questions} pinned={state.pinned} />
    </>
  );
}

function Status({ state }: { state: RoomState }) {
  const words = useWords();
  const { status, session } = state;
  const text = {
    DRAFT: words.room.scheduled(formatTime(session.startsAt, words)),
    SCHEDULED: words.room.scheduled(formatTime(session.startsAt, words)),
    LIVE: words.room.live,
    INTERRUPTED: words.room.interrupted,
    ENDED: words.room.ended,
    CANCELLED: words.room.cancelled,
  }[status];
  return (
    <p role="status" class={status === "LIVE" ? "live" : "poster"}>
      {status === "LIVE" ? <b>● {text}</b> : text}
    </p>
  );
}

function Announcement({ text }: { text: string }) {
  const words = useWords();
  const [closed, setClosed] = useState("");
  useEffect(() => {
    setClosed("");
  }, [text]);
  if (closed === text) return null;
  return (
    <p class="announcement" role="status">
      <span>
        <b>{words.room.announcement}</b> {text}
      </span>
      <button
        type="button"
        class="quiet"
        aria-label={words.close}
        onClick={() => {
          setClosed(text);
        }}
      >
        ×
      </button>
    </p>
  );
}

function Pinned({ state, code }: { state: RoomState; code: string | null }) {
  const words = useWords();
  const job = state.pinned;
  const shown = job ?? state.last;
  if (shown === null) return <p class="second">{words.room.nothing}</p>;
  return (
    <>
      <PinnedSlip job={shown} label={job === null ? words.room.last : words.room.pinned} />
      <InterestButton
        target={{
          postingId: shown.id,
          sessionId: state.session.id,
          source: code !== null ? "SESSION_QR" : state.status === "ENDED" ? "REPLAY" : "LIVE_TAP",
          code,
        }}
      />
      {job !== null && state.last !== null && (
        <a class="second small" href={hrefOf(state.last, state.session.id)}>
          {words.room.last}：{state.last.title}
        </a>
      )}
    </>
  );
}

function PinnedSlip({ job, label }: { job: JobSlipFragment; label: string }) {
  const words = useWords();
  return (
    <div class="pinned-slip">
      <span class="second small">{label}</span>
      <strong>{job.title}</strong>
      <span class="pay">{formatPay(job.pay, words)}</span>
      <span class="one-line">{describeJob(job, words)}</span>
    </div>
  );
}

function hrefOf(job: JobSlipFragment, sessionId: string): string {
  return `/?posting=${encodeURIComponent(job.id)}&session=${encodeURIComponent(sessionId)}`;
}
