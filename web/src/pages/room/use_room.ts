/** Follows a session: its state when the page opens, then every event behind it, once and in order. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { digestOf } from "../../api/service";
import {
  OwnRoomChangesDocument,
  RoomEventsDocument,
  type OwnRoomChangesSubscription,
  type RoomStateFragment,
} from "../../gen/graphql";
import { adoptInterests } from "../../interest/adopted_interests";
import { registrations } from "../../interest/use_registrations";
import { LiveClient, type ConnectionState } from "../../live";
import { checkWhenSeen } from "../../shell/check_when_seen";
import { liveUrl, viewer } from "../../shell/service";
import { OwnRoomReader, type OwnRoom } from "./own_room";
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
  /** What this visitor has here; null until it was read. */
  readonly own: OwnRoom | null;
  readOwn(this: void): void;
}

const NO_TYPES: ReadonlySet<string> = new Set();

export function useRoom(session: RoomStateFragment): Room {
  const [state, setState] = useState(() => enterRoom(session));
  const [connection, setConnection] = useState<ConnectionState>("idle");
  const [missed, setMissed] = useState<number | null>(null);
  const [own, setOwn] = useState<OwnRoom | null>(null);
  const readerRef = useRef<OwnRoomReader | null>(null);
  const { id, cursor } = session;

  useEffect(() => {
    const reader = new OwnRoomReader(id, (read) => {
      setOwn(read);
      adoptInterests(registrations, read.interests);
    });
    readerRef.current = reader;
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
        // It may change when the next question is taken.
        if (event.__typename === "SlowModeChanged") reader.read();
      },
      onRefused: () => undefined, // The connection's state shows it; the page keeps its jobs.
      onCaughtUp: setMissed,
    });
    client.subscribe<OwnRoomChangesSubscription["myRoomChanged"]>({
      document: { sha256: digestOf(OwnRoomChangesDocument) },
      operationName: "OwnRoomChanges",
      variables: { id },
      cursorVariable: null,
      after: null,
      field: "myRoomChanged",
      stateTypes: NO_TYPES,
      resetTypes: NO_TYPES,
      onEvent: reader.read,
      // A node of the version before has no such notices: then it is read once.
      onRefused: reader.read,
    });
    const stopChecks = checkWhenSeen(client);
    return () => {
      stopChecks();
      client.close();
      reader.close();
    };
  }, [id, cursor]);
  const readOwn = useCallback(() => readerRef.current?.read(), []);
  return { state, connection, missed, own, readOwn };
}
