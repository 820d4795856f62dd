/** `/console/<id>`: one screen from the rehearsal to the end, on a phone and on a laptop. */

import { useState } from "preact/hooks";
import {
  DeskDocument,
  EndSessionDocument,
  InterruptSessionDocument,
  ResumeSessionDocument,
  StartSessionDocument,
  type DeskSessionFragment,
} from "../../gen/graphql";
import { formatTime } from "../../i18n/time";
import { Failed, Fault, Loading } from "../../parts/notices";
import { ConnectionRow } from "../../pages/room/connection_row";
import { useWords } from "../../shell/preferences";
import { useQuery } from "../../shell/use_query";
import { useAttempt } from "../../shell/use_attempt";
import type { Phase } from "../camera/broadcast";
import { useCamera } from "../camera/use_camera";
import { staff, useConsoleWords } from "../service";
import { act } from "./acts";
import { Announce } from "./announce";
import { CodeScreen } from "./code_screen";
import { isOnAir, type DeskState } from "./desk_state";
import { Figures, Plot } from "./figures";
import { HoldButton } from "./hold_button";
import { Jobs } from "./jobs";
import { areKeysOn, switchKeys } from "./keys";
import { Picture } from "./picture";
import { Questions, useQuestions } from "./questions";
import { Recording } from "./recording";
import { useDesk } from "./use_desk";

export function Desk({ id }: { id: string }) {
  const words = useConsoleWords();
  const { data, refusal, retry } = useQuery(DeskDocument, { id }, staff.service);
  if (data === null) {
    return refusal === null ? <Loading /> : <Failed refusal={refusal} retry={retry} />;
  }
  if (data.liveSession === null) return <h1>{words.desk.unknown}</h1>;
  return <OpenDesk session={data.liveSession} />;
}

const TABS = ["jobs", "questions", "announce", "picture"] as const;
type Tab = (typeof TABS)[number];

function OpenDesk({ session }: { session: DeskSessionFragment }) {
  const own = useConsoleWords().desk;
  const { state, connection, questionNews, now } = useDesk(session);
  const questions = useQuestions(session.id, questionNews);
  const camera = useCamera(session.id);
  const [tab, setTab] = useState<Tab>("jobs");
  const { status } = state;
  const isOver = status === "ENDED" || status === "CANCELLED";
  const isRehearsal = status === "SCHEDULED" || status === "DRAFT";
  const course = <Course state={state} open={questions.waiting.length} />;
  return (
    <div class={isRehearsal ? "desk rehearsal" : "desk"}>
      <Head state={state} now={now} />
      <ConnectionRow connection={connection} missed={null} />
      {isRehearsal && <p class="rehearsal-note">{own.rehearsal}</p>}
      {isRehearsal && course}
      {isOver && <p class="warning">{own.ended}</p>}
      <nav class="tabs" aria-label={own.parts}>
        {TABS.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={tab === each}
            onClick={() => {
              setTab(each);
            }}
          >
            {own.tabs[each]}
            {each === "questions" && questions.waiting.length > 0
              ? ` ${String(questions.waiting.length)}`
              : ""}
            {each === "picture" && <span aria-hidden="true">{markOf(camera.broadcast.phase)}</span>}
          </button>
        ))}
      </nav>
      <div class={`desk-parts shows-${tab}`}>
        <div class="of-jobs">
          <Jobs state={state} />
        </div>
        <div class="of-questions">
          <Questions {...questions} />
        </div>
        <div class="of-announce">
          <Announce id={session.id} isLive={status === "LIVE"} />
        </div>
        <div class="of-picture">
          <Picture id={session.id} picture={state.session.stream} camera={camera} isOver={isOver} />
          <Recording id={session.id} status={status} person={state.session.host.name} />
          <Plot state={state} />
        </div>
      </div>
      {!isRehearsal && course}
    </div>
  );
}

/** What a host sees of the camera while another part is open. */
function markOf(phase: Phase): string {
  if (phase === "OFF") return "";
  return phase === "ON_AIR" ? " ●" : " …";
}

function Head({ state, now }: { state: DeskState; now: number }) {
  const words = useWords();
  const own = useConsoleWords();
  const [shown, setShown] = useState(false);
  const { session, status } = state;
  const path = encodeURIComponent(session.id);
  return (
    <header class="desk-head">
      <h1 lang="zh-CN">{session.title}</h1>
      <p class="row">
        <b role="status" class={status === "LIVE" ? "live" : undefined}>
          {status === "LIVE" ? "● " : ""}
          {own.status[status]}
        </b>
        <span class="small">
          {isOnAir(status) && session.startedAt !== null
            ? lengthOf(now - Date.parse(session.startedAt))
            : formatTime(session.startsAt, words)}
        </span>
      </p>
      <Figures state={state} now={now} />
      <div class="actions">
        <button
          type="button"
          onClick={() => {
            setShown(true);
          }}
        >
          {own.desk.codes}
        </button>
        <a class="button" href={`/live/${path}`} target="_blank" rel="noopener">
          {own.desk.room}
        </a>
        <a class="button" href={`/console/${path}/edit`}>
          {own.desk.edit}
        </a>
      </div>
      {shown && (
        <CodeScreen
          id={session.id}
          title={session.title}
          onClose={() => {
            setShown(false);
          }}
        />
      )}
    </header>
  );
}

/** 00:42:10 */
function lengthOf(ms: number): string {
  return new Date(Math.max(0, ms)).toISOString().slice(11, 19);
}

/** Start, pause, go on, end. */
function Course({ state, open }: { state: DeskState; open: number }) {
  const own = useConsoleWords().desk;
  const { fault, busy, run } = useAttempt();
  const [typed, setTyped] = useState("");
  const [keys, setKeys] = useState(areKeysOn);
  const { session, status } = state;
  const { id } = session;
  const end = () => {
    if (!busy) void run(() => act(EndSessionDocument, { id }));
  };
  const type = (text: string) => {
    setTyped(text);
    if (text.trim().toLowerCase() === own.endWord) end();
  };
  return (
    <section class="course">
      <Fault text={fault} />
      {status === "SCHEDULED" && (
        <button
          type="button"
          class="wide main"
          onClick={() => {
            if (!busy) void run(() => act(StartSessionDocument, { id }));
          }}
        >
          {own.start}
        </button>
      )}
      {isOnAir(status) && (
        <>
          <button
            type="button"
            class="wide"
            onClick={() => {
              if (busy) return;
              if (status === "LIVE") void run(() => act(InterruptSessionDocument, { id }));
              else void run(() => act(ResumeSessionDocument, { id }));
            }}
          >
            {status === "LIVE" ? own.pause : own.resume}
          </button>
          <p class="small second">{own.endFacts(session.viewers, open)}</p>
          <HoldButton text={own.end} holding={own.endHold} onHeld={end} />
          <label class="small">
            {own.endByWord}
            <input
              autoComplete="off"
              value={typed}
              onInput={(event) => {
                if (!event.isComposing) type(event.currentTarget.value);
              }}
              onCompositionEnd={(event) => {
                type(event.currentTarget.value);
              }}
            />
          </label>
        </>
      )}
      <label class="check small">
        <input
          type="checkbox"
          checked={keys}
          onChange={(event) => {
            setKeys(event.currentTarget.checked);
            switchKeys(event.currentTarget.checked);
          }}
        />
        {own.keys}
      </label>
    </section>
  );
}
