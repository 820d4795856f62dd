import { useState } from "preact/hooks";
import { Refusal } from "../../api/refusal";
import { useLater } from "../../shell/use_later";
import { RoomDocument, type RoomStateFragment } from "../../gen/graphql";
import { formatCount, formatTime } from "../../i18n/time";
import { roomWords } from "../../i18n/zh/room";
import { scannedIn, type Scanned } from "../../interest/channel";
import { Dotted } from "../../parts/dotted";
import { JobSlip } from "../../parts/job_slip";
import { Empty, Failed, FailedPage, Loading } from "../../parts/notices";
import { RemindButton } from "../../reminder/remind_button";
import { explain } from "../../shell/explain";
import { useWords } from "../../shell/preferences";
import type { PageProps } from "../../shell/routes";
import { useQuery } from "../../shell/use_query";
import { Announcement } from "./announcement";
import { ConnectionRow } from "./connection_row";
import { ownAddress, Picture } from "./picture";
import { Pinned } from "./pinned";
import { Questions } from "./questions";
import type { RoomState } from "./room_state";
import { useRoom } from "./use_room";

/** Jobs that are shown before somebody asks for all: the questions below stay in reach. */
const FIRST_JOBS = 4;

/** `/live/<id>`, `/?session=`: the job that is shown now, with everything that happens there. */
export default function RoomPage({ id, query }: PageProps) {
  const words = useWords(roomWords);
  const sessionId = id === "" ? (query.get("session") ?? "") : id;
  const { data, refusal, asOf, retry } = useQuery(RoomDocument, { id: sessionId });
  if (data === null) {
    if (refusal === null) return <Loading />;
    if (!refusal.isUnknown) return <FailedPage text={explain(refusal, words)} retry={retry} />;
  }
  const session = data?.liveSession ?? null;
  if (session === null) return <Empty text={words.room.unknown} href="/" action={words.toHome} />;
  // Another reading is another room: its events are those behind its cursor.
  const key = `${session.id} ${session.cursor}`;
  return <OpenRoom key={key} session={session} asOf={asOf} scanned={scannedIn(query)} />;
}

interface OpenRoomProps {
  readonly session: RoomStateFragment;
  /** When the session was read, if nothing answers now; in milliseconds since 1970. */
  readonly asOf: number | null;
  readonly scanned: Scanned | null;
}

function OpenRoom({ session, asOf, scanned }: OpenRoomProps) {
  const { state, connection, missed, own, readOwn } = useRoom(session);
  return (
    <div class="room">
      <div>
        <Poster state={state} />
        {state.status === "SCHEDULED" && <RemindButton session={session} />}
        {hasPicture(state) && <Picture picture={state.picture} title={session.title} />}
        {hasReplay(state) && <Replayed state={state} />}
        <ConnectionRow connection={connection} missed={missed} asOf={asOf} />
        {state.announcement !== null && <Announcement text={state.announcement} />}
        <Pinned state={state} scanned={scanned} />
      </div>
      <Jobs state={state} code={scanned?.code ?? null} />
      <Questions state={state} own={own} onAsked={readOwn} />
    </div>
  );
}

/** Whether there is more to show than the poster above says. */
function hasPicture({ status, picture }: RoomState): boolean {
  const { state, hlsUrl, link, cutOffReason } = picture;
  const isOnAir = state === "LIVE" || state === "INTERRUPTED";
  const isPlayed = status !== "ENDED" && (isOnAir || hlsUrl !== null);
  return isPlayed || link !== null || cutOffReason !== null;
}

/** Whether this service may have a recording: what was cut off is not shown again. */
function hasReplay({ status, picture }: RoomState): boolean {
  return status === "ENDED" && picture.link === null && picture.cutOffReason === null;
}

const loadReplay = () => import("./replay").then((module) => module.default);

function Replayed({ state }: { state: RoomState }) {
  const { part: Replay, failed, retry } = useLater(loadReplay);
  if (failed) return <Failed refusal={Refusal.offline()} retry={retry} />;
  if (Replay === null) return null;
  const { session, picture } = state;
  return <Replay id={session.id} title={session.title} poster={ownAddress(picture.posterUrl)} />;
}

/** Who presents, and whether it is on air. */
function Poster({ state }: { state: RoomState }) {
  const words = useWords(roomWords);
  const { status, session } = state;
  const text = {
    DRAFT: words.room.scheduled(formatTime(session.startsAt, words)),
    SCHEDULED: words.room.scheduled(formatTime(session.startsAt, words)),
    LIVE: `● ${words.room.live}`,
    INTERRUPTED: words.room.interrupted,
    ENDED: words.room.ended,
    CANCELLED: words.room.cancelled,
  }[status];
  return (
    <header class="poster">
      <p class="small" lang="zh-CN">
        <Dotted>
          {session.union.name}
          {session.host.name}
        </Dotted>
      </p>
      <h1 lang="zh-CN">{session.title}</h1>
      <p class="row">
        <b role="status" class={status === "LIVE" ? "on-air" : undefined}>
          {text}
        </b>
        <span class="small">
          <Dotted>
            {status === "LIVE" &&
              state.viewers > 0 &&
              words.room.viewers(formatCount(state.viewers, words))}
            {state.interests > 0 && words.room.interests(formatCount(state.interests, words))}
          </Dotted>
        </span>
      </p>
    </header>
  );
}

function Jobs({ state, code }: { state: RoomState; code: string | null }) {
  const words = useWords(roomWords);
  const [all, setAll] = useState(false);
  const { session, pinned } = state;
  const jobs = session.postings.edges.map((edge) => edge.node);
  const presented = { sessionId: session.id, code };
  return (
    <section class="jobs" aria-labelledby="jobs-title">
      <h2 id="jobs-title">{words.room.jobs(jobs.length)}</h2>
      <ul class={all ? "cards all" : "cards"}>
        {jobs.map((job) => (
          <li key={job.id}>
            <JobSlip job={job} presented={presented} current={job.id === pinned?.id} />
          </li>
        ))}
      </ul>
      {!all && jobs.length > FIRST_JOBS && (
        <button
          type="button"
          class="wide show-all"
          onClick={() => {
            setAll(true);
          }}
        >
          {words.room.allJobs(jobs.length)}
        </button>
      )}
    </section>
  );
}
