import { expect, test } from "vitest";
import {
  follow,
  interestsInLastMinute,
  minutesOf,
  nextJob,
  openDesk,
  openJobs,
  sample,
  type DeskEvent,
  type DeskState,
} from "../../src/console/desk/desk_state";
import type { DeskSessionFragment } from "../../src/gen/graphql";

function open(): DeskState {
  const session = {
    id: "session",
    status: "LIVE",
    pinnedPosting: null,
    viewers: 3,
    peakViewers: 5,
    interests: 7,
    tallies: [{ postingId: "a", interests: 7 }],
    postings: { edges: ["a", "b", "c"].map((id) => ({ node: { id } })) },
  };
  return openDesk(session as unknown as DeskSessionFragment, 0);
}

const MINUTE = 60_000;

/** The state after events, the first of them at a time, each further one a while later. */
function toldEvery(wait: number, state: DeskState, ...events: readonly object[]): DeskState {
  return events.reduce<DeskState>(
    (before, event, place) => follow(before, event as unknown as DeskEvent, MINUTE + place * wait),
    state,
  );
}

function told(state: DeskState, ...events: readonly object[]): DeskState {
  return toldEvery(MINUTE, state, ...events);
}

const pinned = (id: string) => ({ __typename: "PostingPinned", posting: { id } });

test("the next job is the first that was not shown, behind the one shown now", () => {
  const state = open();
  expect(nextJob(state)?.id).toBe("a");
  expect(nextJob(told(state, pinned("b")))?.id).toBe("c");
  expect(nextJob(told(state, pinned("b"), pinned("c")))?.id).toBe("a");
  expect(nextJob(told(state, pinned("b"), pinned("c"), pinned("a")))).toBeNull();
});

const UNPINNED = { __typename: "PostingUnpinned" };

test.each([
  ["of the first job", [pinned("a"), UNPINNED], "a"],
  ["of the second job", [pinned("a"), pinned("b"), pinned("a")], "b"],
  ["of a taken down job", [pinned("a"), UNPINNED, pinned("a")], "b"],
])("an undone act %s leaves the next job as it was", (_, events, next) => {
  expect(nextJob(toldEvery(9_000, open(), ...events))?.id).toBe(next);
});

test("a job that somebody returns from later was shown", () => {
  const state = toldEvery(13_000, open(), pinned("a"), pinned("b"), pinned("a"));
  expect(nextJob(state)?.id).toBe("c");
});

test("a closed job is neither listed nor next", () => {
  const state = told(open(), { __typename: "SessionPostingClosed", postingId: "a" });
  expect(openJobs(state).map((job) => job.id)).toEqual(["b", "c"]);
  expect(nextJob(state)?.id).toBe("b");
});

test("a job that was taken down counts as shown, and nothing is pinned after the end", () => {
  const down = told(open(), pinned("a"), { __typename: "PostingUnpinned", postingId: "a" });
  expect(down.pinnedId).toBeNull();
  expect(nextJob(down)?.id).toBe("b");
  const over = told(open(), pinned("a"), { __typename: "SessionEnded", session: {} });
  expect([over.status, over.pinnedId]).toEqual(["ENDED", null]);
});

test("a tally changes the total and the jobs that it names", () => {
  const tallies = [{ postingId: "b", interests: 2 }];
  const state = told(open(), { __typename: "TallyChanged", total: 9, tallies });
  expect(state.session.interests).toBe(9);
  expect([...state.interestsOf]).toEqual([
    ["a", 7],
    ["b", 2],
  ]);
});

test("a reset takes the snapshot, and keeps what was shown and the figures so far", () => {
  const before = told(open(), pinned("a"), pinned("b"));
  const { session: snapshot } = open();
  const after = told(before, { __typename: "Reset", snapshot });
  expect(after.pinnedId).toBeNull();
  expect(nextJob(after)?.id).toBe("c");
  expect(after.samples).toEqual(before.samples);
});

test("an event of a kind that is not known changes nothing", () => {
  const state = open();
  expect(told(state, { __typename: "SomethingNew" })).toBe(state);
});

test("figures are noted every ten seconds, and the oldest go", () => {
  let state = open();
  for (let at = 0; at <= 10_000_000; at += 1_000) state = sample(state, at);
  expect(state.samples).toHaveLength(720);
  expect(state.samples[0]?.at).toBe(10_000_000 - 719 * 10_000);
});

test("interests of the last minute are those since the figures of a minute ago", () => {
  const total = (count: number) => ({ __typename: "TallyChanged", total: count, tallies: [] });
  let state = sample(told(open(), total(10)), 30_000);
  expect(interestsInLastMinute(state, 30_000)).toBe(3);
  state = told(state, total(14));
  expect(interestsInLastMinute(state, 95_000)).toBe(4);
});

test("the plot has a bar for each minute, and at most half an hour", () => {
  const at = (minute: number, viewers: number, interests: number) => ({
    at: minute * 60_000,
    viewers,
    interests,
  });
  expect(minutesOf([at(0, 1, 5), at(0.5, 2, 6), at(1, 3, 9)])).toEqual([
    { at: 0, viewers: 2, interests: 1 },
    { at: 60_000, viewers: 3, interests: 3 },
  ]);
  const hour = Array.from({ length: 60 }, (_, minute) => at(minute, 1, minute));
  expect(minutesOf(hour)).toHaveLength(30);
});
