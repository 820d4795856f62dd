/** Why the media process closes the socket of a camera, and what a page does then. */

/** `AT_ONCE`: open another socket; a pause only where that does not help. `STOP`: a person decides. */
export type Remedy = "AT_ONCE" | "PAUSE" | "FEWER_BITS" | "OTHER_KIND" | "STOP";

export interface Close {
  readonly name: CloseName;
  readonly remedy: Remedy;
}

export type CloseName =
  | "ENDED"
  | "NETWORK_LOST"
  | "MESSAGE_TOO_LONG"
  | "MEDIA_STOPS"
  | "KEY_NOT_VALID"
  | "CAMERA_REPLACED"
  | "CAMERAS_FULL"
  | "RECORDING_UNKNOWN"
  | "RECORDING_WITHOUT_HEAD"
  | "TOO_MANY_BITS"
  | "CAMERA_SILENT"
  | "ENCODER_FAILED"
  | "STORAGE_FULL"
  | "SERVICE_AWAY"
  | "MESSAGE_NOT_UNDERSTOOD";

/**
 * The table of `docs/stream.md`. A key that is not valid any more is never replaced unasked: two
 * devices of one session would take the picture from each other without an end.
 */
export const CLOSES: ReadonlyMap<number, Close> = new Map<number, Close>([
  [1000, { name: "ENDED", remedy: "STOP" }],
  [1009, { name: "MESSAGE_TOO_LONG", remedy: "FEWER_BITS" }],
  [1012, { name: "MEDIA_STOPS", remedy: "PAUSE" }],
  [4600, { name: "KEY_NOT_VALID", remedy: "STOP" }],
  [4601, { name: "CAMERA_REPLACED", remedy: "STOP" }],
  [4602, { name: "CAMERAS_FULL", remedy: "PAUSE" }],
  [4603, { name: "RECORDING_UNKNOWN", remedy: "OTHER_KIND" }],
  [4604, { name: "RECORDING_WITHOUT_HEAD", remedy: "AT_ONCE" }],
  [4605, { name: "TOO_MANY_BITS", remedy: "FEWER_BITS" }],
  [4606, { name: "CAMERA_SILENT", remedy: "AT_ONCE" }],
  [4607, { name: "ENCODER_FAILED", remedy: "AT_ONCE" }],
  [4608, { name: "STORAGE_FULL", remedy: "PAUSE" }],
  [4609, { name: "SERVICE_AWAY", remedy: "PAUSE" }],
  [4610, { name: "MESSAGE_NOT_UNDERSTOOD", remedy: "STOP" }],
]);

const LOST: Close = { name: "NETWORK_LOST", remedy: "AT_ONCE" };

/** What a close code says. One that nobody named is a connection that was lost. */
export function closeOf(code: number): Close {
  return CLOSES.get(code) ?? LOST;
}
