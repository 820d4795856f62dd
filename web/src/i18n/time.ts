/** Times, dates and counts as people say them. All times are those of China. */

import { CHINA_AHEAD_MS } from "./clock";
import type { Words } from "./words";

const ZONE = "Asia/Shanghai";
const DAY_MS = 86_400_000;

/** 今天 19:30, 明天 09:00, 11月28日 周六 19:30. */
export function formatTime(iso: string, words: Words, now: Date = new Date()): string {
  const at = new Date(iso);
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone: ZONE,
    hour: "2-digit",
    minute: "2-digit",
  }).format(at);
  const days = dayNumber(at) - dayNumber(now);
  if (days >= -1 && days <= 1) {
    const named = new Intl.RelativeTimeFormat(words.language, { numeric: "auto" });
    return `${named.format(days, "day")} ${clock}`;
  }
  const day = new Intl.DateTimeFormat(words.language, {
    timeZone: ZONE,
    month: words.language === "en" ? "short" : "long",
    day: "numeric",
    weekday: "short",
  }).format(at);
  return `${day.replace(/(日)(周)/u, "$1 $2")} ${clock}`;
}

/** 312, 1.2万; in English 12,345. Staff see exact numbers, viewers rounded ones. */
export function formatCount(count: number, words: Words): string {
  if (words.language === "en") return new Intl.NumberFormat("en").format(count);
  if (count < 10_000) return String(count);
  return `${(Math.floor(count / 1_000) / 10).toFixed(1).replace(/\.0$/u, "")}万`;
}

function dayNumber(at: Date): number {
  return Math.floor((at.getTime() + CHINA_AHEAD_MS) / DAY_MS);
}
