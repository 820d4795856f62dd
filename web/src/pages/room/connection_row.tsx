/** A reserved row that says since when the connection is lost, and what was added when it is back. */

import { useEffect, useRef, useState } from "preact/hooks";
import { formatClock } from "../../i18n/clock";
import { roomWords } from "../../i18n/zh/room";
import type { ConnectionState } from "../../live";
import { Dotted } from "../../parts/dotted";
import { useWords } from "../../shell/preferences";

const SAY_AFTER_MS = 2_000;
const SHOW_BACK_MS = 4_000;

interface ConnectionRowProps {
  readonly connection: ConnectionState;
  readonly missed: number | null;
  /** When the room was read, if that is longer ago than the connection was lost; else null. */
  readonly asOf?: number | null;
}

export function ConnectionRow({ connection, missed, asOf = null }: ConnectionRowProps) {
  const words = useWords(roomWords);
  const lost = connection === "waiting" || connection === "connecting" || connection === "failed";
  const lostAt = useLate(lost, SAY_AFTER_MS);
  const late = lostAt !== null;
  const [shown, setShown] = useState<number | null>(null);
  // Only a loss that the row spoke of has an end that it speaks of.
  const saidRef = useRef(false);
  useEffect(() => {
    if (late) saidRef.current = true;
  }, [late]);
  useEffect(() => {
    if (missed === null || !saidRef.current) {
      setShown(null);
      return undefined;
    }
    saidRef.current = false;
    setShown(missed);
    const timeout = setTimeout(() => {
      setShown(null);
    }, SHOW_BACK_MS);
    return () => {
      clearTimeout(timeout);
    };
  }, [missed]);
  return (
    <p class="connection" role="status">
      {late ? (
        <Dotted>
          {words.room.reconnecting}
          {words.asOf(formatClock(asOf ?? lostAt))}
        </Dotted>
      ) : (
        shown !== null && words.room.back(shown)
      )}
    </p>
  );
}

/** Since when it is on, once that is longer ago than `after` milliseconds; else null. */
function useLate(on: boolean, after: number): number | null {
  const [since, setSince] = useState<number | null>(null);
  useEffect(() => {
    setSince(null);
    if (!on) return undefined;
    const begun = Date.now();
    const timeout = setTimeout(() => {
      setSince(begun);
    }, after);
    return () => {
      clearTimeout(timeout);
    };
  }, [on, after]);
  return since;
}
