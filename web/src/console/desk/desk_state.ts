/** What who directs a session knows of it, and how each event of its log changes it. */

import type { DeskEventsSubscription, DeskSessionFragment, SessionStatus } from "../../gen/graphql";

export type DeskEvent = DeskEventsSubscription["sessionEvents"];

/** The figures of a moment, for the plot. */
export interface Sample {
  readonly at: number;
  readonly viewers: number;
  readonly interests: number;
}

export interface DeskState {
  readonly session: DeskSessionFragment;
  readonly status: SessionStatus;
  readonly pinnedId: string | null;
  /** When that job, or none, came to be shown, and what was shown before it. */
  readonly pinnedAt: number;
  readonly beforeId: string | null;
  /** Jobs that were shown since this page was opened, without those of an undone act. */
  readonly shownIds: ReadonlySet<string>;
  readonly closedIds: ReadonlySet<string>;
  readonly interestsOf: ReadonlyMap<string, number>;
  readonly samples: readonly Sample[];
}

/** Whether viewers are there: live, or paused for a moment. */
export function isOnAir(status: SessionStatus | undefined): boolean {
  return status === "LIVE" || status === "INTERRUPTED";
}

export const STATE_TYPES: ReadonlySet<string> = new Set(["TallyChanged", "PresenceChanged"]);
export const RESET_TYPES: ReadonlySet<string> = new Set(["Reset"]);
/** Two hours with a sample in ten seconds. */
const MAX_SAMPLES = 720;
const SAMPLE_EVERY_MS = 10_000;
/** An act can be undone for so long. */
export const UNDO_MS = 10_000;
/** An event comes a little after the act. */
const EVENT_DELAY_MS = 2_000;
/** What the plot shows. */
export const MINUTES = 30;

export function openDesk(session: DeskSessionFragment, now: number): DeskState {
  const pinnedId = session.pinnedPosting?.id ?? null;
  return {
    session,
    status: session.status,
    pinnedId,
    pinnedAt: 0,
    beforeId: null,
    shownIds: new Set(pinnedId === null ? [] : [pinnedId]),
    closedIds: new Set(),
    interestsOf: new Map(session.tallies.map((each) => [each.postingId, each.interests])),
    samples: [{ at: now, viewers: session.viewers, interests: session.interests }],
  };
}

/** The state after an event. An event of a kind that is not known here changes nothing. */
export function follow(state: DeskState, event: DeskEvent, now: number): DeskState {
  switch (event.__typename) {
    case "SessionStarted":
    case "SessionResumed":
      return withSession({ ...state, status: "LIVE" }, event.session);
    case "SessionInterrupted":
      return withSession({ ...state, status: "INTERRUPTED" }, event.session);
    case "SessionEnded":
      return withSession({ ...state, status: "ENDED", pinnedId: null }, event.session);
    case "SessionCancelled":
      return withSession({ ...state, status: "CANCELLED", pinnedId: null }, event.session);
    case "SessionEdited":
      return withSession(state, event.session);
    case "StreamChanged":
      return withSession(state, { stream: event.stream });
    case "PostingPinned":
      return event.posting === null ? state : pin(state, event.posting.id, now);
    case "PostingUnpinned":
      return pin(state, null, now);
    case "SessionPostingClosed":
      return { ...state, closedIds: new Set([...state.closedIds, event.postingId]) };
    case "TallyChanged":
      return {
        ...withSession(state, { interests: event.total }),
        interestsOf: new Map([
          ...state.interestsOf,
          ...event.tallies.map((each) => [each.postingId, each.interests] as const),
        ]),
      };
    case "PresenceChanged":
      return withSession(state, { viewers: event.viewers, peakViewers: event.peakViewers });
    case "Reset": {
      const { shownIds, samples } = state;
      return { ...openDesk(event.snapshot, now), shownIds, samples };
    }
    default:
      return state;
  }
}

function withSession(state: DeskState, changed: Partial<DeskSessionFragment>): DeskState {
  return { ...state, session: { ...state.session, ...changed } };
}

/** Show a job, or none. A job that was shown by mistake, and taken back at once, is still to come. */
function pin(state: DeskState, postingId: string | null, now: number): DeskState {
  const { pinnedId, pinnedAt, beforeId } = state;
  const shownIds = new Set(state.shownIds);
  const isUndone = postingId === beforeId && now - pinnedAt < UNDO_MS + EVENT_DELAY_MS;
  if (isUndone && pinnedId !== null) shownIds.delete(pinnedId);
  if (postingId !== null) shownIds.add(postingId);
  return { ...state, pinnedId: postingId, pinnedAt: now, beforeId: pinnedId, shownIds };
}

/** Note the figures of now, unless the last ones are younger than ten seconds. */
export function sample(state: DeskState, now: number): DeskState {
  const last = state.samples.at(-1);
  if (last !== undefined && now - last.at < SAMPLE_EVERY_MS) return state;
  const { viewers, interests } = state.session;
  const samples = [...state.samples, { at: now, viewers, interests }].slice(-MAX_SAMPLES);
  return { ...state, samples };
}

/** Interests that came in the last minute. */
export function interestsInLastMinute(state: DeskState, now: number): number {
  const before = state.samples.filter((each) => each.at <= now - 60_000).at(-1) ?? state.samples[0];
  return Math.max(0, state.session.interests - (before?.interests ?? state.session.interests));
}

export interface Minute {
  readonly at: number;
  readonly viewers: number;
  readonly interests: number;
}

/** The last half hour by minute: viewers at its end, interests that came in it. */
export function minutesOf(samples: readonly Sample[]): readonly Minute[] {
  const last = new Map<number, Sample>();
  for (const each of samples) last.set(Math.floor(each.at / 60_000), each);
  let before = samples[0]?.interests ?? 0;
  const minutes = [...last].map(([minute, each]) => {
    const interests = Math.max(0, each.interests - before);
    before = each.interests;
    return { at: minute * 60_000, viewers: each.viewers, interests };
  });
  return minutes.slice(-MINUTES);
}

/** The next job to show: behind the one shown now, else the first that was not shown; open ones. */
export function nextJob(state: DeskState): DeskJob | null {
  const jobs = openJobs(state);
  const place = jobs.findIndex((job) => job.id === state.pinnedId);
  const later = jobs.slice(place + 1).find((job) => !state.shownIds.has(job.id));
  return later ?? jobs.find((job) => !state.shownIds.has(job.id)) ?? null;
}

export type DeskJob = DeskSessionFragment["postings"]["edges"][number]["node"];

export function openJobs(state: DeskState): readonly DeskJob[] {
  return state.session.postings.edges
    .map((edge) => edge.node)
    .filter((job) => !state.closedIds.has(job.id));
}
