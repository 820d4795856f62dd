/** A reserved row that says when the connection is lost, and what was added when it is back. */

import { useEffect, useRef, useState } from "preact/hooks";
import { roomWords } from "../../i18n/zh/room";
import type { ConnectionState } from "../../live";
import { useWords } from "../../shell/preferences";

const SAY_AFTER_MS = 2_000;
const SHOW_BACK_MS = 4_000;

export function ConnectionRow(props: { connection: ConnectionState; missed: number | null }) {
  const { connection, missed } = props;
  const words = useWords(roomWords);
  const lost = connection === "waiting" || connection === "connecting" || connection === "failed";
  const late = useDelayed(lost, SAY_AFTER_MS);
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
      {late ? words.room.reconnecting : shown === null ? "" : words.room.back(shown)}
    </p>
  );
}

function useDelayed(on: boolean, after: number): boolean {
  const [delayed, setDelayed] = useState(false);
  useEffect(() => {
    if (!on) {
      setDelayed(false);
      return undefined;
    }
    const timeout = setTimeout(() => {
      setDelayed(true);
    }, after);
    return () => {
      clearTimeout(timeout);
    };
  }, [on, after]);
  return delayed;
}
