/**
 * What a camera's broadcast does next: a pure function of its state and of what happened.
 *
 * A recording belongs to one socket, so every way back is a new socket with a new recorder.
 */

import { closeOf, type CloseName } from "./closes";
import type { CameraFault } from "./media";

/** `RECORDING`: parts are sent, and no player can show them yet. `WAITING`: a pause. */
export type Phase = "OFF" | "CONNECTING" | "RECORDING" | "ON_AIR" | "WAITING" | "ENDING";

export interface Broadcast {
  readonly phase: Phase;
  /** Grows with every socket that has to be opened. */
  readonly connection: number;
  /** Why the picture is not on air now, though it was to be. */
  readonly reason: CloseName | CameraFault | null;
  /** For the next recorder: bits a second, and its place among the kinds of this browser. */
  readonly bitsPerSecond: number;
  readonly kind: number;
  /** Sockets that were opened since the picture was last on air for a while. */
  readonly attempts: number;
  /** Milliseconds, while it waits. */
  readonly pauseMs: number;
  readonly onAirSince: number | null;
  /** Times at which ffmpeg failed, of the last minute. */
  readonly encoderFaults: readonly number[];
}

export type CameraEvent =
  | { readonly type: "begin" | "pauseOver" | "stop" }
  | { readonly type: "ready"; readonly maxBitsPerSecond: number }
  | { readonly type: "onAir"; readonly at: number }
  | { readonly type: "closed"; readonly code: number; readonly kinds: number; readonly at: number }
  | { readonly type: "cameraFailed"; readonly fault: CameraFault; readonly at: number }
  /** The phone turned, came back, or changed its camera or its network. */
  | { readonly type: "renew"; readonly isNewNetwork: boolean }
  /** More waits to be sent than the network takes. */
  | { readonly type: "slow" };

const FULL_BITS = 1_500_000;
const LEAST_BITS = 200_000;
/** Of what the server takes: a picture that moves much exceeds the average. */
const SHARE_OF_MAXIMUM = 0.75;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** On air for so long, the next fault is a new one. */
const CALM_MS = 10_000;
const MINUTE_MS = 60_000;
const MOST_ENCODER_FAULTS = 3;

export const OFF: Broadcast = {
  phase: "OFF",
  connection: 0,
  reason: null,
  bitsPerSecond: FULL_BITS,
  kind: 0,
  attempts: 0,
  pauseMs: 0,
  onAirSince: null,
  encoderFaults: [],
};

/** Whether a recorder runs, and its parts are sent. */
export function isSending(phase: Phase): boolean {
  return phase === "RECORDING" || phase === "ON_AIR";
}

/** The state after an event. `random` (0 to 1) spreads the pauses. */
export function next(
  state: Broadcast,
  event: CameraEvent,
  random: () => number = Math.random,
): Broadcast {
  const { phase } = state;
  switch (event.type) {
    case "begin":
      return phase === "OFF" ? connect({ ...OFF, connection: state.connection }) : state;
    case "pauseOver":
      return phase === "WAITING" ? connect(state) : state;
    case "ready": {
      if (phase !== "CONNECTING") return state;
      const most = Math.max(LEAST_BITS, event.maxBitsPerSecond * SHARE_OF_MAXIMUM);
      return { ...state, phase: "RECORDING", bitsPerSecond: Math.min(state.bitsPerSecond, most) };
    }
    case "onAir":
      if (phase !== "RECORDING") return state;
      return { ...state, phase: "ON_AIR", reason: null, onAirSince: event.at };
    case "renew": {
      if (phase === "OFF" || phase === "ENDING") return state;
      const bitsPerSecond = event.isNewNetwork ? FULL_BITS : state.bitsPerSecond;
      return connect({ ...state, bitsPerSecond, attempts: 0 });
    }
    case "slow":
      return isSending(phase) ? connect(withFewerBits(state)) : state;
    case "stop":
      if (isSending(phase)) return { ...state, phase: "ENDING", reason: null };
      return phase === "ENDING" ? state : off(state, null);
    case "cameraFailed":
      if (phase === "OFF") return state;
      return phase === "ENDING" ? off(state, null) : pause(state, event.fault, event.at, random);
    case "closed":
      if (phase === "OFF" || phase === "WAITING") return state;
      return phase === "ENDING" ? off(state, null) : afterClose(state, event, random);
  }
}

function afterClose(
  state: Broadcast,
  { code, kinds, at }: Extract<CameraEvent, { type: "closed" }>,
  random: () => number,
): Broadcast {
  const { name, remedy } = closeOf(code);
  const faults = state.encoderFaults.filter((each) => at - each < MINUTE_MS);
  const encoderFaults = name === "ENCODER_FAILED" ? [...faults, at] : faults;
  const known = { ...state, encoderFaults };
  if (encoderFaults.length >= MOST_ENCODER_FAULTS) return off(known, name);
  switch (remedy) {
    case "STOP":
      return off(known, name);
    case "PAUSE":
      return pause(known, name, at, random);
    case "AT_ONCE":
      return comeBack(known, name, at, random);
    case "FEWER_BITS": {
      const lower = withFewerBits(known);
      const isLower = lower.bitsPerSecond < known.bitsPerSecond;
      return isLower ? comeBack(lower, name, at, random) : pause(known, name, at, random);
    }
    case "OTHER_KIND": {
      const kind = known.kind + 1;
      return kind < kinds ? connect({ ...known, kind, reason: name }) : off(known, name);
    }
  }
}

/** Once at once; then with pauses, until the picture has been on air for a while. */
function comeBack(
  state: Broadcast,
  reason: Broadcast["reason"],
  at: number,
  random: () => number,
): Broadcast {
  const rested = afterCalm(state, at);
  if (rested.attempts > 1) return pause(rested, reason, at, random);
  return connect({ ...rested, reason });
}

function pause(
  state: Broadcast,
  reason: Broadcast["reason"],
  at: number,
  random: () => number,
): Broadcast {
  const rested = afterCalm(state, at);
  const bound = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(rested.attempts - 1, 20));
  const pauseMs = Math.max(FIRST_PAUSE_MS, Math.round((bound * (1 + random())) / 2));
  return { ...rested, phase: "WAITING", reason, pauseMs, onAirSince: null };
}

function afterCalm(state: Broadcast, at: number): Broadcast {
  const isCalm = state.onAirSince !== null && at - state.onAirSince >= CALM_MS;
  return isCalm ? { ...state, attempts: 1 } : state;
}

function connect(state: Broadcast): Broadcast {
  return {
    ...state,
    phase: "CONNECTING",
    connection: state.connection + 1,
    attempts: state.attempts + 1,
    pauseMs: 0,
    onAirSince: null,
  };
}

function off(state: Broadcast, reason: Broadcast["reason"]): Broadcast {
  return { ...OFF, connection: state.connection, reason: reason === "ENDED" ? null : reason };
}

function withFewerBits(state: Broadcast): Broadcast {
  const bitsPerSecond = Math.max(LEAST_BITS, Math.round(state.bitsPerSecond / 2));
  return { ...state, bitsPerSecond };
}
