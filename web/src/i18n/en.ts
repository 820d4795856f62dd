import type { Words } from "./zh";

/** All words of the public pages in English. */
export const en: Words = {
  language: "en",
  brand: "Songgang",
  other: "中文",
  large: "Large",
  skip: "Skip to content",
  loading: "Opening",
  retry: "Try again",
  failed: "Could not open this. Try again",
  notFound: "There is no such page",
  toHome: "To the start",
  nav: { home: "Live", board: "Jobs", me: "Mine" },
  home: {
    title: "Live now",
    live: "Live",
    next: "Next",
    past: "Past",
    none: "Nobody is live now",
    noneAtAll: "No session is planned yet. Look at the jobs",
    toBoard: "Look at the jobs",
    viewers: (count) => `${count} watching`,
    interests: (count) => `${count} interested`,
    by: (union, host) => `${union} · ${host}`,
  },
};
