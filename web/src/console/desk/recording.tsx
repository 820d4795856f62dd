/** The recording of a session: the host's consent, what there is of it by now, and its deletion. */

import { useEffect, useState } from "preact/hooks";
import {
  DeleteRecordingDocument,
  DeskRecordingDocument,
  RecordPortraitConsentDocument,
  type DeskRecordingQuery,
  type SessionStatus,
} from "../../gen/graphql";
import { formatLength, formatMegabytes } from "../../i18n/recordings";
import { formatTime } from "../../i18n/time";
import { Sheet } from "../../parts/dialog";
import { Fault } from "../../parts/notices";
import { useAttempt } from "../../shell/use_attempt";
import { useWords } from "../../shell/preferences";
import { useQuery } from "../../shell/use_query";
import { staff, useConsoleWords } from "../service";
import { act } from "./acts";
import { isOnAir } from "./desk_state";
import { HoldButton } from "./hold_button";
import { stageOf, type Recording as Kept, type Stage } from "./recording_stage";

/** How often the service learns from the media process what there is. */
const ASK_AGAIN_MS = 15_000;
const CHANGING: ReadonlySet<Stage> = new Set(["NOTHING_YET", "RUNNING", "PREPARING", "DELETING"]);

interface RecordingProps {
  readonly id: string;
  readonly status: SessionStatus;
  /** The host of the session, whose face it is. */
  readonly person: string;
}

export function Recording({ id, status, person }: RecordingProps) {
  const own = useConsoleWords().recording;
  const { data, retry } = useQuery(DeskRecordingDocument, { id }, staff.service);
  const recording = data?.sessionRecording ?? null;
  const stage = stageOf(recording, status, person);
  const changes = CHANGING.has(stage);
  useEffect(() => {
    if (!changes) return undefined;
    const timer = setInterval(retry, ASK_AGAIN_MS);
    return () => {
      clearInterval(timer);
    };
  }, [changes, retry]);
  if (data === null) return null;
  const mayAgree = (stage === "NONE" || stage === "REMOVED") && mayConsent(status);
  const mayDelete = recording?.deletedAt === null;
  return (
    <section aria-labelledby="desk-recording" class="recording">
      <h3 id="desk-recording">{own.title}</h3>
      <p role="status">
        {recording === null ? own.none : <State recording={recording} stage={stage} data={data} />}
      </p>
      {mayAgree && (
        <Consent id={id} person={person} text={data.portraitConsentText} onAgreed={retry} />
      )}
      {mayDelete && <Deletion id={id} onDeleted={retry} />}
    </section>
  );
}

function mayConsent(status: SessionStatus): boolean {
  return status === "SCHEDULED" || isOnAir(status);
}

interface StateProps {
  readonly recording: Kept;
  readonly stage: Stage;
  readonly data: DeskRecordingQuery;
}

function State({ recording, stage, data }: StateProps) {
  const words = useWords();
  const own = useConsoleWords().recording;
  const { person, consentVersion, consentedAt } = recording;
  const length = formatLength(recording.durationSeconds);
  const size = formatMegabytes(recording.byteCount);
  const until = data.liveSession?.replay?.expiresAt;
  const text = {
    NONE: own.none,
    AGREED: own.agreedBefore,
    NOTHING_YET: own.nothingYet,
    RUNNING: own.running(length, size),
    PREPARING: own.preparing,
    KEPT:
      until === undefined
        ? own.hidden(length, size)
        : own.kept(length, size, formatTime(until, words)),
    DELETING: own.deleting,
    REMOVED: own.removed,
  }[stage];
  return (
    <>
      {text}
      {recording.deletedAt === null && (
        <span class="small second">
          {" "}
          {own.consent(person, consentVersion, formatTime(consentedAt, words))}
        </span>
      )}
    </>
  );
}

interface ConsentProps {
  readonly id: string;
  readonly person: string;
  readonly text: DeskRecordingQuery["portraitConsentText"];
  onAgreed(this: void): void;
}

function Consent({ id, person, text, onAgreed }: ConsentProps) {
  const own = useConsoleWords().recording;
  const [shown, setShown] = useState(false);
  return (
    <>
      <button
        type="button"
        onClick={() => {
          setShown(true);
        }}
      >
        {own.read}
      </button>
      {shown && (
        <Sheet
          title={own.sheet}
          onClose={() => {
            setShown(false);
          }}
        >
          <Agreement
            id={id}
            person={person}
            text={text}
            onAgreed={() => {
              setShown(false);
              onAgreed();
            }}
          />
        </Sheet>
      )}
    </>
  );
}

/** The text in the language of the page, in the other one below it, and the person who agrees. */
function Agreement({ id, person, text, onAgreed }: ConsentProps) {
  const words = useWords();
  const own = useConsoleWords().recording;
  const { fault, busy, run } = useAttempt();
  const [isAgreed, setAgreed] = useState(false);
  const isEnglish = words.language === "en";
  const [first, second] = isEnglish ? [text.english, text.chinese] : [text.chinese, text.english];
  const agree = async () => {
    const variables = { id, textVersion: text.version, person };
    if (await run(() => act(RecordPortraitConsentDocument, variables))) onAgreed();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void agree();
      }}
    >
      <p>
        {own.person} <b lang="zh-CN">{person}</b>
      </p>
      <p class="consent-text">{first}</p>
      <details>
        <summary lang={isEnglish ? "zh-CN" : "en"}>{own.otherLanguage}</summary>
        <p class="consent-text" lang={isEnglish ? "zh-CN" : "en"}>
          {second}
        </p>
      </details>
      <label class="check">
        <input
          type="checkbox"
          required
          checked={isAgreed}
          onChange={(event) => {
            setAgreed(event.currentTarget.checked);
          }}
        />
        {own.isPerson}
      </label>
      <Fault text={fault} />
      <button class="wide main">{own.agree}</button>
    </form>
  );
}

function Deletion({ id, onDeleted }: { id: string; onDeleted(this: void): void }) {
  const own = useConsoleWords().recording;
  const { fault, busy, run } = useAttempt();
  const [reason, setReason] = useState("");
  const remove = async () => {
    if (!(await run(() => act(DeleteRecordingDocument, { id, reason })))) return;
    setReason("");
    onDeleted();
  };
  return (
    <details>
      <summary>{own.withdraw}</summary>
      <label>
        {own.reason}
        <input
          maxLength={200}
          autoComplete="off"
          value={reason}
          onInput={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
      </label>
      <Fault text={fault} />
      <HoldButton
        text={own.remove}
        holding={own.removeHold}
        onHeld={() => {
          if (!busy) void remove();
        }}
      />
    </details>
  );
}
