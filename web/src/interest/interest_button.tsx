/**
 * "I'm interested": one tap for somebody who is known, a sheet for somebody who is not.
 *
 * The button belongs to the job that it was drawn with; after the job changed it ignores taps for a
 * moment, so that a tap on the job before makes no interest in the one after.
 */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { explain } from "../shell/explain";
import type { LeadSource } from "../gen/graphql";
import { useWords } from "../shell/preferences";
import { CodeStep } from "./code_step";
import { InterestSheet } from "./interest_sheet";
import { useRegistrations } from "./use_registrations";

const IGNORE_AFTER_CHANGE_MS = 400;
const UNDO_FOR_MS = 10_000;

export interface InterestIn {
  readonly postingId: string;
  readonly sessionId: string | null;
  readonly source: LeadSource;
  readonly code: string | null;
}

export function InterestButton({ target }: { target: InterestIn }) {
  const words = useWords();
  const registrations = useRegistrations();
  const registration = registrations.of(target.postingId);
  const changedAtRef = useRef(-Infinity);
  const [wanted, setWanted] = useState<InterestIn | null>(null);
  const [fault, setFault] = useState("");
  const drawnWithRef = useRef(target.postingId);
  useLayoutEffect(() => {
    if (drawnWithRef.current === target.postingId) return;
    drawnWithRef.current = target.postingId;
    changedAtRef.current = performance.now();
  }, [target.postingId]);

  const tap = () => {
    if (performance.now() - changedAtRef.current < IGNORE_AFTER_CHANGE_MS) return;
    setFault("");
    setWanted(target);
  };
  const undo = () => {
    registrations.withdraw(target.postingId).catch((error: unknown) => {
      setFault(explain(error, words));
    });
  };

  return (
    <>
      {registration === null && (
        <button type="button" class="main wide" onClick={tap}>
          {words.interest.act}
        </button>
      )}
      {registration?.state === "sending" && (
        <button type="button" class="wide" disabled>
          {words.interest.send}
        </button>
      )}
      {registration?.state === "waiting" && (
        <p role="status" class="warning">
          {words.interest.waiting}{" "}
          <button
            type="button"
            onClick={() => {
              registrations.cancel(target.postingId);
            }}
          >
            {words.interest.cancel}
          </button>
        </p>
      )}
      {registration?.state === "registered" && (
        <>
          <Registered registration={registration} onUndo={undo} key={registration.leadId} />
          {!registration.confirmed && <CodeStep />}
        </>
      )}
      {registration?.state === "withdrawn" && <p role="status">{words.interest.undone}</p>}
      {registrations.dropped && (
        <p role="status" class="warning">
          {words.interest.dropped}
        </p>
      )}
      {fault !== "" && (
        <p role="alert" class="fault">
          {fault}
        </p>
      )}
      {wanted !== null && (
        <InterestSheet
          target={wanted}
          onClose={() => {
            setWanted(null);
          }}
        />
      )}
    </>
  );
}

interface RegisteredProps {
  readonly registration: { readonly created: boolean; readonly confirmed: boolean };
  onUndo(this: void): void;
}

function Registered({ registration, onUndo }: RegisteredProps) {
  const { created, confirmed } = registration;
  const words = useWords();
  const [undoable, setUndoable] = useState(created);
  useEffect(() => {
    const timeout = setTimeout(() => {
      setUndoable(false);
    }, UNDO_FOR_MS);
    return () => {
      clearTimeout(timeout);
    };
  }, []);
  return (
    <p role="status" class="done">
      <span>
        ✓{" "}
        {!confirmed
          ? words.interest.unconfirmed
          : created
            ? words.interest.done
            : words.interest.again}
      </span>
      {undoable && (
        <button type="button" class="quiet" onClick={onUndo}>
          {words.interest.undo}
        </button>
      )}
    </p>
  );
}
