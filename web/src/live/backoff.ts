/** Pauses before the attempts to connect again, spread so that a crowd does not return at once. */

export interface BackoffLimits {
  /** Milliseconds before the first attempt after a fault, at most. */
  readonly first: number;
  /** Milliseconds before any attempt, at most. */
  readonly most: number;
  /** Milliseconds over which clients of a node that is about to stop spread their return. */
  readonly spread: number;
}

export const BACKOFF: BackoffLimits = { first: 1_000, most: 15_000, spread: 2_000 };

/**
 * Milliseconds to wait before attempt `attempt` (0, 1, 2 ...) after a fault.
 *
 * The pause is a random part of a bound that doubles ("full jitter"), so the attempts of many
 * clients that lost the same node do not arrive together.
 */
export function pauseBefore(attempt: number, random: () => number = Math.random): number {
  const bound = Math.min(BACKOFF.most, BACKOFF.first * 2 ** Math.min(attempt, 20));
  return Math.round(random() * bound);
}

/** Milliseconds to wait before the return from a node that is about to stop. */
export function spreadReturn(random: () => number = Math.random): number {
  return Math.round(random() * BACKOFF.spread);
}
