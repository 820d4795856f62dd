/** The clock of China, without the date: pages that show no dates load no more of them. */

/** China is ahead of UTC by so much; it has had no summer time since 1991. */
export const CHINA_AHEAD_MS = 8 * 3_600_000;

/** 19:30 in China. The time is in milliseconds since 1970. */
export function formatClock(at: number): string {
  return new Date(at + CHINA_AHEAD_MS).toISOString().slice(11, 16);
}
