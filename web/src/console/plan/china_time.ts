/** Times of a form are those of China, wherever the browser is. */

import { CHINA_AHEAD_MS } from "../../i18n/clock";

/** `2026-11-28T19:30` in China for a time in UTC. */
export function toChina(iso: string): string {
  return new Date(Date.parse(iso) + CHINA_AHEAD_MS).toISOString().slice(0, 16);
}

/** The time in ISO 8601 for the value of `<input type="datetime-local">`. */
export function fromChina(value: string): string {
  return `${value.slice(0, 16)}:00+08:00`;
}
