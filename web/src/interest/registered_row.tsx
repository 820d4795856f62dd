/** What was registered, beside the button that takes it back for ten seconds. */

import { useEffect, useState } from "preact/hooks";
import { sheetWords } from "../i18n/zh/sheet";
import { Fault } from "../parts/notices";
import { useWords } from "../shell/preferences";
import { useAttempt } from "../shell/use_attempt";
import { registrar } from "./registrar";
import type { Registration } from "./registrations";
import { msToUndo } from "./undo";
import { useRegistrations } from "./use_registrations";

interface RegisteredRowProps {
  readonly text: string;
  /** The job that it is about; null for several, which `/me` takes back one by one. */
  readonly postingId: string | null;
  onUndone?(this: void): void;
}

export function RegisteredRow({ text, postingId, onUndone }: RegisteredRowProps) {
  const words = useWords(sheetWords);
  const registrations = useRegistrations();
  const undoable = useUndoable(postingId === null ? null : registrations.of(postingId));
  const { fault, busy, run } = useAttempt();
  const undo = async () => {
    if (postingId === null) return;
    if (await run(() => registrar.withdraw(postingId))) onUndone?.();
  };
  return (
    <>
      <div class="row">
        <p role="status" class="done">
          ✓ {text}
        </p>
        {undoable && (
          <button type="button" class="quiet" disabled={busy} onClick={() => void undo()}>
            {words.sheet.undo}
          </button>
        )}
      </div>
      <Fault text={fault} />
    </>
  );
}

/** Whether it can be taken back now; the component is drawn again when that ends. */
function useUndoable(registration: Registration | null): boolean {
  const [undoable, setUndoable] = useState(() => msToUndo(registration, Date.now()) > 0);
  useEffect(() => {
    const left = msToUndo(registration, Date.now());
    setUndoable(left > 0);
    if (left === 0) return undefined;
    const timeout = setTimeout(() => {
      setUndoable(false);
    }, left);
    return () => {
      clearTimeout(timeout);
    };
  }, [registration]);
  return undoable;
}
