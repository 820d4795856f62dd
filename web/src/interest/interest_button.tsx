/**
 * "I'm interested": one tap for somebody who is known, a sheet for somebody who is not.
 *
 * A tap belongs to the job that was under the finger as it came down; after the job changed the
 * button ignores taps for a moment, so that a tap on the job before makes no interest in the next.
 */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { JobSlipFragment } from "../gen/graphql";
import { useWords } from "../shell/preferences";
import { Refusal } from "../api/refusal";
import { Failed, Fault } from "../parts/notices";
import { explain } from "../shell/explain";
import { useLater } from "../shell/use_later";
import type { Channel } from "./channel";
import { KnownPerson } from "./known_person";
import type { Registration } from "./registrations";
import { useRegistrations } from "./use_registrations";

const IGNORE_AFTER_CHANGE_MS = 400;
const UNDO_FOR_MS = 10_000;

export interface InterestIn {
  readonly job: JobSlipFragment;
  readonly channel: Channel;
  /** The union that passes name and phone on; null where the page does not know it. */
  readonly union: string | null;
}

export function InterestButton({ target }: { target: InterestIn }) {
  const registrations = useRegistrations();
  const registration = registrations.of(target.job.id);
  const [wanted, setWanted] = useState<InterestIn | null>(null);
  const open = () => {
    setWanted(target);
  };
  return (
    <>
      {registration === null || registration.state === "refused" ? (
        <>
          {registration !== null && <Refused refusal={registration.refusal} />}
          <Act target={target} onUnknown={setWanted} />
        </>
      ) : (
        <State registration={registration} target={target} onCode={open} />
      )}
      {wanted !== null && (
        <LoadedSheet
          target={wanted}
          onClose={() => {
            setWanted(null);
          }}
        />
      )}
    </>
  );
}

/** The sheet, once a finger came down on the button: the first screen of a job does without. */
function LoadedSheet(props: { target: InterestIn; onClose(this: void): void }) {
  const { part, failed, retry } = useLater(loadSheet);
  if (failed) return <Failed refusal={Refusal.offline()} retry={retry} />;
  if (part === null) return null;
  return <part.InterestSheet {...props} />;
}

function loadSheet() {
  return import("./interest_sheet");
}

/** The button itself, deaf for a moment after its job changed. */
function Act(props: { target: InterestIn; onUnknown(this: void, target: InterestIn): void }) {
  const { target, onUnknown } = props;
  const words = useWords();
  const { person } = useRegistrations();
  const changedAtRef = useRef(-Infinity);
  const drawnWithRef = useRef(target.job.id);
  const pressedRef = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (drawnWithRef.current === target.job.id) return;
    drawnWithRef.current = target.job.id;
    changedAtRef.current = performance.now();
  }, [target.job.id]);
  const counts = () => {
    const pressed = pressedRef.current ?? target.job.id;
    pressedRef.current = null;
    const settled = performance.now() - changedAtRef.current >= IGNORE_AFTER_CHANGE_MS;
    return settled && pressed === target.job.id;
  };
  const press = () => {
    pressedRef.current = target.job.id;
  };
  if (person !== null) {
    return (
      <KnownPerson
        key={target.job.id}
        target={target}
        person={person}
        counts={counts}
        onPress={press}
      />
    );
  }
  return (
    <button
      type="button"
      class="main wide"
      onPointerDown={() => {
        press();
        loadSheet().catch(() => undefined); // The sheet says so if it is opened.
      }}
      onClick={() => {
        if (counts()) onUnknown(target);
      }}
    >
      {words.interest.act}
    </button>
  );
}

interface StateProps {
  readonly registration: Exclude<Registration, { state: "refused" }>;
  readonly target: InterestIn;
  onCode(this: void): void;
}

function State({ registration, target, onCode }: StateProps) {
  const words = useWords();
  const registrations = useRegistrations();
  switch (registration.state) {
    case "sending":
      return (
        <button type="button" class="wide" disabled>
          {words.interest.send}
        </button>
      );
    case "waiting":
      return (
        <div role="status" class="warning row">
          <span>{words.interest.waiting}</span>
          <button
            type="button"
            onClick={() => {
              registrations.cancel(target.job.id);
            }}
          >
            {words.interest.cancel}
          </button>
        </div>
      );
    case "withdrawn":
      return (
        <p role="status" class="second">
          {words.interest.undone}
        </p>
      );
    case "registered":
      return (
        <Registered
          key={registration.leadId}
          postingId={target.job.id}
          registration={registration}
          onCode={onCode}
        />
      );
  }
}

interface RegisteredProps {
  readonly postingId: string;
  readonly registration: { readonly created: boolean; readonly confirmed: boolean };
  onCode(this: void): void;
}

function Registered({ postingId, registration, onCode }: RegisteredProps) {
  const { created, confirmed } = registration;
  const words = useWords();
  const registrations = useRegistrations();
  const [undoable, setUndoable] = useState(created);
  const [fault, setFault] = useState("");
  useEffect(() => {
    const timeout = setTimeout(() => {
      setUndoable(false);
    }, UNDO_FOR_MS);
    return () => {
      clearTimeout(timeout);
    };
  }, [confirmed]);
  const undo = () => {
    registrations.withdraw(postingId).catch((error: unknown) => {
      setFault(explain(error, words));
    });
  };
  const said = created ? words.interest.done : words.interest.again;
  return (
    <>
      <div class="row">
        <p role="status" class="done">
          ✓ {confirmed ? said : words.interest.pending}
        </p>
        {undoable && (
          <button type="button" class="quiet" onClick={undo}>
            {words.interest.undo}
          </button>
        )}
      </div>
      {!confirmed && registrations.person !== null && (
        <button type="button" class="main wide" onClick={onCode}>
          {words.interest.enterCode}
        </button>
      )}
      <Fault text={fault} />
    </>
  );
}

/** It waited for a network in vain: why, and the button is there again. */
function Refused({ refusal }: { refusal: Error | null }) {
  const words = useWords();
  return (
    <p role="status" class="warning">
      {refusal === null ? words.interest.dropped : words.interest.refused(explain(refusal, words))}
    </p>
  );
}
