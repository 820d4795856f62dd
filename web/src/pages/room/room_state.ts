/** What a viewer of a session knows, and how each event of its log changes it. */

import type {
  JobSlipFragment,
  PictureFragment,
  RoomEventsSubscription,
  RoomQuestionFragment,
  RoomStateFragment,
  SessionStatus,
} from "../../gen/graphql";

export type RoomEvent = RoomEventsSubscription["sessionEvents"];

export interface RoomState {
  readonly session: RoomStateFragment;
  readonly status: SessionStatus;
  readonly pinned: JobSlipFragment | null;
  /** The job that was shown before, one tap away. */
  readonly last: JobSlipFragment | null;
  readonly announcement: string | null;
  readonly picture: PictureFragment;
  readonly questions: readonly RoomQuestionFragment[];
  readonly viewers: number;
  readonly interests: number;
}

/** Types that are state: the newest counts. */
export const STATE_TYPES: ReadonlySet<string> = new Set(["TallyChanged", "PresenceChanged"]);
/** Types that replace everything. */
export const RESET_TYPES: ReadonlySet<string> = new Set(["Reset"]);
const MAX_QUESTIONS = 100;

export function enterRoom(session: RoomStateFragment): RoomState {
  return {
    session,
    status: session.status,
    pinned: session.pinnedPosting,
    last: null,
    announcement: session.lastAnnouncement?.body ?? null,
    picture: session.stream,
    questions: session.questions.edges.map((edge) => edge.node),
    viewers: session.viewers,
    interests: session.interests,
  };
}

/** The state after an event. An event of a kind that is not known here changes nothing. */
export function follow(state: RoomState, event: RoomEvent): RoomState {
  switch (event.__typename) {
    case "SessionStarted":
    case "SessionResumed":
      return { ...state, status: "LIVE", picture: event.session.stream };
    case "SessionInterrupted":
      return { ...state, status: "INTERRUPTED", picture: event.session.stream };
    case "SessionEnded":
      return {
        ...state,
        status: "ENDED",
        pinned: null,
        last: state.pinned ?? state.last,
        picture: event.session.stream,
      };
    case "SessionCancelled":
      return { ...state, status: "CANCELLED", pinned: null, picture: event.session.stream };
    case "SessionEdited":
      return { ...state, session: { ...state.session, ...event.session } };
    case "StreamChanged":
      return { ...state, picture: event.stream };
    case "PostingPinned":
      return pin(state, event.posting);
    case "PostingUnpinned":
      return { ...state, pinned: null, last: state.pinned ?? state.last };
    case "Announcement":
      return { ...state, announcement: event.body };
    case "QuestionPublished":
    case "QuestionAnswered":
      return event.question === null ? state : withQuestion(state, event.question);
    case "QuestionHidden":
      return {
        ...state,
        questions: state.questions.filter((each) => each.id !== event.questionId),
      };
    case "TallyChanged":
      return { ...state, interests: event.total };
    case "PresenceChanged":
      return { ...state, viewers: event.viewers };
    case "Reset":
      return { ...enterRoom(event.snapshot), last: state.last };
    default:
      return state;
  }
}

function pin(state: RoomState, posting: JobSlipFragment | null): RoomState {
  if (posting === null) return state;
  const same = posting.id === state.pinned?.id;
  return { ...state, pinned: posting, last: same ? state.last : (state.pinned ?? state.last) };
}

function withQuestion(state: RoomState, question: RoomQuestionFragment): RoomState {
  const known = state.questions.some((each) => each.id === question.id);
  const questions = known
    ? state.questions.map((each) => (each.id === question.id ? question : each))
    : [question, ...state.questions].slice(0, MAX_QUESTIONS);
  return { ...state, questions };
}
