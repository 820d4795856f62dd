/** Taking back an interest where it was registered: for ten seconds. `/me` takes it back at any time. */

import type { Registration } from "./registrations";

export const UNDO_FOR_MS = 10_000;

/**
 * Milliseconds for which it can be taken back, at `now` in milliseconds since 1970. A clock that was
 * set back adds nothing to the ten seconds.
 */
export function msToUndo(registration: Registration | null, now: number): number {
  if (registration?.state !== "registered") return 0;
  const left = (registration.undoUntil ?? 0) - now;
  return Math.min(Math.max(left, 0), UNDO_FOR_MS);
}
