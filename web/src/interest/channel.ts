/** How an interest came about, as the service counts it. */

import type { LeadSource, SessionStatus } from "../gen/graphql";

/** The code on a poster, and what it stands for. */
export interface Scanned {
  readonly code: string;
  readonly of: "posting" | "session";
}

export interface Channel {
  readonly sessionId: string | null;
  readonly source: LeadSource;
  readonly code: string | null;
}

/**
 * A poster counts before a session, and a session only while or after it is on air: an interest in
 * a job of a session that has not begun, or was cancelled, is one from the board.
 */
export function channelOf(
  session: { readonly id: string; readonly status: SessionStatus } | null,
  scanned: Scanned | null,
): Channel {
  const code = scanned?.code ?? null;
  if (session === null) {
    return { sessionId: null, source: scanned === null ? "BOARD" : "POSTING_QR", code };
  }
  const { id: sessionId, status } = session;
  const onAir = status === "LIVE" || status === "INTERRUPTED";
  if (!onAir && status !== "ENDED") return { sessionId: null, source: "BOARD", code: null };
  if (scanned?.of === "posting") return { sessionId, source: "POSTING_QR", code };
  if (scanned?.of === "session") return { sessionId, source: "SESSION_QR", code };
  return { sessionId, source: onAir ? "LIVE_TAP" : "REPLAY", code: null };
}

/** What an address says was scanned: `code` on a poster, `room` once a room led to one of its jobs. */
export function scannedIn(query: URLSearchParams): Scanned | null {
  const room = query.get("room");
  if (room !== null) return { code: room, of: "session" };
  const code = query.get("code");
  if (code === null) return null;
  return { code, of: query.has("posting") ? "posting" : "session" };
}
