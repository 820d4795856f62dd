const CHINA_AHEAD_MS = 8 * 3_600_000;

/** 19:30 in China. The time is in milliseconds since 1970. */
export function formatClock(at: number): string {
  return new Date(at + CHINA_AHEAD_MS).toISOString().slice(11, 16);
}
