/**
 * "I'm interested": one tap for somebody who is known, a sheet for somebody who is not.
 *
 * A tap belongs to the job that was under the finger as it came down; after the job changed the
 * button ignores taps for a moment, so that a tap on the job before makes no interest in the next.
 * What comes behind the first tap is loaded with it, or for somebody who has registered before.
 */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Refusal } from "../api/refusal";
import type { JobSlipFragment } from "../gen/graphql";
import { Failed } from "../parts/notices";
import { useWords } from "../shell/preferences";
import { useLater } from "../shell/use_later";
import type { Channel } from "./channel";
import { registrations as ours, useRegistrations } from "./use_registrations";

const IGNORE_AFTER_CHANGE_MS = 400;

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
  const isKnown = registration !== null || registrations.person !== null;
  const { part, failed, retry } = useLater(
    isKnown || wanted !== null ? loadRegistering : undefined,
  );
  if (failed) return <Failed refusal={Refusal.offline()} retry={retry} />;
  if (isKnown && part === null) return <Waiting />;
  return (
    <>
      {registration !== null && part !== null && (
        <part.RegistrationState
          registration={registration}
          postingId={target.job.id}
          onCode={() => {
            setWanted(target);
          }}
        />
      )}
      {(registration === null || registration.state === "refused") && (
        <Act target={target} part={part} onUnknown={setWanted} />
      )}
      {wanted !== null && part !== null && (
        <part.InterestSheet
          target={wanted}
          onClose={() => {
            setWanted(null);
          }}
        />
      )}
    </>
  );
}

type Registering = typeof import("./registering");

function loadRegistering(): Promise<Registering> {
  return import("./registering");
}

function preloadRegistering(): void {
  loadRegistering().catch(() => undefined); // Who needs it loads it again, and says so.
}

// While the job is asked for, so that what takes the place of the button is drawn at once.
if (ours.person !== null || ours.all().length > 0) preloadRegistering();

function Waiting() {
  const words = useWords();
  return (
    <button type="button" class="main wide" disabled>
      {words.interest.act}
    </button>
  );
}

interface ActProps {
  readonly target: InterestIn;
  readonly part: Registering | null;
  onUnknown(this: void, target: InterestIn): void;
}

/** The button itself, deaf for a moment after its job changed. */
function Act({ target, part, onUnknown }: ActProps) {
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
  if (person !== null && part !== null) {
    return (
      <part.KnownPerson
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
        preloadRegistering();
      }}
      onClick={() => {
        if (counts()) onUnknown(target);
      }}
    >
      {words.interest.act}
    </button>
  );
}
