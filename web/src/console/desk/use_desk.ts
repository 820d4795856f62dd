/** Follows a session from the desk: its state when the page opens, then every event behind it. */

import { useEffect, useState } from "preact/hooks";
import { digestOf } from "../../api/service";
import {
  DeskEventsDocument,
  DeskQuestionEventsDocument,
  type DeskQuestionEventsSubscription,
  type DeskSessionFragment,
} from "../../gen/graphql";
import { LiveClient, type ConnectionState } from "../../live";
import { checkWhenSeen } from "../../shell/check_when_seen";
import { liveUrl, staff } from "../service";
import {
  follow,
  openDesk,
  RESET_TYPES,
  sample,
  STATE_TYPES,
  type DeskEvent,
  type DeskState,
} from "./desk_state";

const TICK_MS = 1_000;

export interface FollowedDesk {
  readonly state: DeskState;
  readonly connection: ConnectionState;
  /** Grows whenever questions may have changed. */
  readonly questionNews: number;
  /** Milliseconds; it moves every second. */
  readonly now: number;
}

export function useDesk(session: DeskSessionFragment): FollowedDesk {
  const [now, setNow] = useState(() => Date.now());
  const [state, setState] = useState(() => openDesk(session, now));
  const [connection, setConnection] = useState<ConnectionState>("idle");
  const [questionNews, setQuestionNews] = useState(0);
  const { id, cursor } = session;
  useEffect(() => {
    const hear = () => {
      setQuestionNews((before) => before + 1);
    };
    const client = new LiveClient({
      url: liveUrl,
      token: staff.token,
      onState: (next) => {
        setConnection(next);
        // The stream begins now: what came before is read.
        if (next === "open") hear();
      },
    });
    client.subscribe<DeskQuestionEventsSubscription["questionEvents"]>({
      document: { sha256: digestOf(DeskQuestionEventsDocument) },
      operationName: "DeskQuestionEvents",
      variables: { id },
      cursorVariable: "after",
      after: null,
      field: "questionEvents",
      stateTypes: new Set(),
      resetTypes: new Set(["QuestionsReset"]),
      onEvent: hear,
      onRefused: () => undefined, // Acts say why.
    });
    client.subscribe<DeskEvent>({
      document: { sha256: digestOf(DeskEventsDocument) },
      operationName: "DeskEvents",
      variables: { id },
      cursorVariable: "after",
      after: cursor,
      field: "sessionEvents",
      stateTypes: STATE_TYPES,
      resetTypes: RESET_TYPES,
      onEvent: (event) => {
        setState((before) => follow(before, event, Date.now()));
      },
      onRefused: () => undefined, // The connection's state shows it; acts say why.
    });
    const tick = setInterval(() => {
      const at = Date.now();
      setNow(at);
      setState((before) => sample(before, at));
    }, TICK_MS);
    const stopChecks = checkWhenSeen(client);
    return () => {
      clearInterval(tick);
      stopChecks();
      client.close();
    };
  }, [id, cursor]);
  return { state, connection, questionNews, now };
}
