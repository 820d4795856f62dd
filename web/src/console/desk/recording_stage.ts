/** How far the recording of a session is. */

import type { DeskRecordingQuery, SessionStatus } from "../../gen/graphql";
import { isOnAir } from "./desk_state";

export type Recording = NonNullable<DeskRecordingQuery["sessionRecording"]>;

/**
 * `NOTHING_YET`: on air, and no picture was kept. `PREPARING`: over, and not found yet. `KEPT`: it
 * was found. `DELETING`: nobody can watch it any more, and not all of it is gone.
 */
export type Stage =
  "NONE" | "AGREED" | "NOTHING_YET" | "RUNNING" | "PREPARING" | "KEPT" | "DELETING" | "REMOVED";

export function stageOf(recording: Recording | null, status: SessionStatus, host: string): Stage {
  if (recording === null) return "NONE";
  if (recording.removedAt !== null) return "REMOVED";
  // Another host ends the consent; the service notices within a moment.
  if (recording.deletedAt !== null || recording.person !== host) return "DELETING";
  if (status === "DRAFT" || status === "SCHEDULED") return "AGREED";
  if (isOnAir(status)) return recording.byteCount > 0 ? "RUNNING" : "NOTHING_YET";
  return recording.foundAt === null ? "PREPARING" : "KEPT";
}
