/** Follows a session: its state when the page opens, then every event behind it, once and in order. */

import { useEffect, useState } from "preact/hooks";
import { digestOf } from "../../api/service";
import { RoomEventsDocument, type RoomStateFragment } from "../../gen/graphql";
import { LiveClient, type ConnectionState } from "../../live";
import { liveUrl, viewer } from "../../shell/service";
import {
  enterRoom,
  follow,
  RESET_TYPES,
  STATE_TYPES,
  type RoomEvent,
  type RoomState,
} from "./room_state";

export interface Room {
  readonly state: RoomState;
  readonly connection: ConnectionState;
  /** Events that arrived after the connection was back; null when nothing was interrupted. */
  readonly missed: number | null;
}

export function useRoom(session: RoomStateFragment): Room {
  const [state, setState] = useState(() => enterRoom(session));
  const [connection, setConnection] = useState<ConnectionState>("idle");
  const [missed, setMissed] = useState<number | null>(null);
  const { id, cursor } = session;

  useEffect(() => {
    const client = new LiveClient({
      url: liveUrl,
      token: viewer.token,
      onState: (now) => {
        setConnection(now);
        if (now === "waiting") setMissed(null);
      },
    });
    client.subscribe<RoomEvent>({
      document: {
        sha256: digestOf(RoomEventsDocument),
      },
      operationName: "RoomEvents",
      variables: { id },
      cursorVariable: "after",
      after: cursor,
      field: "sessionEvents",
      stateTypes: STATE_TYPES,
      resetTypes: RESET_TYPES,
      onEvent: (event) => {
        setState((before) => follow(before, event));
      },
      onRefused: () => undefined, // The connection's state shows it; the page keeps its jobs.
      onCaughtUp: setMissed,
    });
    const check = () => {
      if (document.visibilityState === "visible") client.check();
    };
    document.addEventListener("visibilitychange", check);
    addEventListener("online", check);
    return () => {
      document.removeEventListener("visibilitychange", check);
      removeEventListener("online", check);
      client.close();
    };
  }, [id, cursor]);
  return { state, connection, missed };
}
