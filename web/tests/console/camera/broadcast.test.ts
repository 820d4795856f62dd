import { expect, test } from "vitest";
import {
  next,
  OFF,
  type Broadcast,
  type CameraEvent,
  type Phase,
} from "../../../src/console/camera/broadcast";
import { CLOSES } from "../../../src/console/camera/closes";

const BEGIN: CameraEvent = { type: "begin" };
const READY: CameraEvent = { type: "ready", maxBitsPerSecond: 8_000_000 };
const STOP: CameraEvent = { type: "stop" };

const onAir = (at = 0): CameraEvent => ({ type: "onAir", at });
const closed = (code: number, at = 0): CameraEvent => ({ type: "closed", code, kinds: 2, at });
const renew = (isNewNetwork = false): CameraEvent => ({ type: "renew", isNewNetwork });

function after(...events: readonly CameraEvent[]): Broadcast {
  return events.reduce<Broadcast>((state, event) => next(state, event, () => 1), OFF);
}

const AIRED = [BEGIN, READY, onAir()];

test("a broadcast is on air only when the server says so", () => {
  const phases: Phase[] = [1, 2, 3].map((count) => after(...AIRED.slice(0, count)).phase);
  expect(phases).toEqual(["CONNECTING", "RECORDING", "ON_AIR"]);
  expect(after(BEGIN, onAir()).phase).toBe("CONNECTING");
});

test.each([
  [1005, "CONNECTING", "NETWORK_LOST"],
  [1006, "CONNECTING", "NETWORK_LOST"],
  [1009, "CONNECTING", "MESSAGE_TOO_LONG"],
  [1012, "WAITING", "MEDIA_STOPS"],
  [4600, "OFF", "KEY_NOT_VALID"],
  [4601, "OFF", "CAMERA_REPLACED"],
  [4602, "WAITING", "CAMERAS_FULL"],
  [4603, "CONNECTING", "RECORDING_UNKNOWN"],
  [4604, "CONNECTING", "RECORDING_WITHOUT_HEAD"],
  [4605, "CONNECTING", "TOO_MANY_BITS"],
  [4606, "CONNECTING", "CAMERA_SILENT"],
  [4607, "CONNECTING", "ENCODER_FAILED"],
  [4608, "WAITING", "STORAGE_FULL"],
  [4609, "WAITING", "SERVICE_AWAY"],
  [4610, "OFF", "MESSAGE_NOT_UNDERSTOOD"],
  [4999, "CONNECTING", "NETWORK_LOST"],
] as const)("a socket closed with %i while on air: %s", (code, phase, reason) => {
  const state = after(...AIRED, closed(code));
  expect([state.phase, state.reason]).toEqual([phase, reason]);
  expect(state.connection).toBe(phase === "CONNECTING" ? 2 : 1);
});

test("a reason is gone when the picture is on air again", () => {
  const back = after(...AIRED, closed(1006), READY, onAir(1));
  expect([back.phase, back.reason]).toEqual(["ON_AIR", null]);
});

test("the first way back is at once, then pauses grow from 1 to 30 seconds", () => {
  let state = after(...AIRED, closed(1006, 60_000));
  expect(state.phase).toBe("CONNECTING");
  const pauses: number[] = [];
  for (let count = 0; count < 7; count += 1) {
    state = next(state, closed(1006, 60_000), () => 1);
    pauses.push(state.pauseMs);
    state = next(state, { type: "pauseOver" });
  }
  expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  const full = [closed(4602), { type: "pauseOver" }, closed(4602)] as const;
  expect(next(after(BEGIN, ...full), STOP).phase).toBe("OFF");
  expect(next(after(BEGIN), closed(4602), () => 0).pauseMs).toBe(1_000);
});

test("a picture that was on air for a moment only does not shorten the pauses", () => {
  const flicker = after(...AIRED, closed(1006, 1), READY, onAir(2), closed(1006, 3));
  expect(flicker.phase).toBe("WAITING");
  const calm = after(...AIRED, closed(1006, 1), READY, onAir(2), closed(1006, 20_000));
  expect(calm.phase).toBe("CONNECTING");
});

test("bits are halved where the network or the server takes fewer, down to a bound", () => {
  expect(after(...AIRED, { type: "slow" })).toMatchObject({
    phase: "CONNECTING",
    bitsPerSecond: 750_000,
  });
  let state = after(...AIRED);
  for (let count = 0; count < 9; count += 1) {
    state = next(next(state, closed(4605, count * 60_000)), READY);
    state = next(state, onAir(count * 60_000));
  }
  expect(state.bitsPerSecond).toBe(200_000);
  expect(next(state, closed(4605, 1e9)).phase).toBe("WAITING");
  expect(next(state, renew(true)).bitsPerSecond).toBe(1_500_000);
  expect(next(state, renew()).bitsPerSecond).toBe(200_000);
});

test("no recorder makes more than three quarters of what the server takes", () => {
  const ready = { type: "ready", maxBitsPerSecond: 1_000_000 } as const;
  expect(after(BEGIN, ready).bitsPerSecond).toBe(750_000);
});

test("a kind that the server does not know is followed by the next one, and the last by nothing", () => {
  const second = after(BEGIN, READY, closed(4603));
  expect(second).toMatchObject({ phase: "CONNECTING", kind: 1 });
  expect(next(second, closed(4603))).toMatchObject({ phase: "OFF", reason: "RECORDING_UNKNOWN" });
});

test("ffmpeg that fails three times in a minute ends the broadcast, but not in an hour", () => {
  const air = (at: number) => [READY, onAir(at)];
  const soon = after(
    ...AIRED,
    closed(4607, 1_000),
    ...air(2_000),
    closed(4607, 20_000),
    ...air(21_000),
    closed(4607, 40_000),
  );
  expect([soon.phase, soon.reason]).toEqual(["OFF", "ENCODER_FAILED"]);
  const late = after(
    ...AIRED,
    closed(4607, 1_000),
    ...air(2_000),
    closed(4607, 60_000),
    ...air(61_000),
    closed(4607, 119_000),
  );
  expect(late.phase).toBe("CONNECTING");
});

test("a turn, a return or another network opens a new socket, also during a pause", () => {
  expect(after(...AIRED, renew())).toMatchObject({ phase: "CONNECTING", connection: 2 });
  expect(after(BEGIN, closed(4602), renew())).toMatchObject({ phase: "CONNECTING", connection: 2 });
  expect(after(renew())).toBe(OFF);
  expect(after(...AIRED, STOP, renew()).phase).toBe("ENDING");
});

test("a stop ends the broadcast, however the socket closes", () => {
  for (const code of [1000, 1006, 4600]) {
    expect(after(...AIRED, STOP, closed(code))).toMatchObject({ phase: "OFF", reason: null });
  }
  expect(after(BEGIN, STOP).phase).toBe("OFF");
  expect(after(BEGIN, closed(4609), STOP, { type: "pauseOver" }).phase).toBe("OFF");
});

test("a camera that another app has is tried again with pauses", () => {
  const busy: CameraEvent = { type: "cameraFailed", fault: "CAMERA_BUSY", at: 0 };
  const state = after(...AIRED, renew(), busy);
  expect([state.phase, state.reason]).toEqual(["WAITING", "CAMERA_BUSY"]);
  expect(after(...AIRED, STOP, busy).phase).toBe("OFF");
});

test("a new broadcast begins afresh, and never with a socket of the one before", () => {
  const again = after(BEGIN, READY, closed(4603), closed(4600), BEGIN);
  expect(again).toEqual({ ...after(BEGIN), connection: 3 });
});

test("no order of events leaves the states, nor goes on air without a server's word", () => {
  const events: CameraEvent[] = [
    BEGIN,
    READY,
    onAir(5),
    renew(),
    renew(true),
    STOP,
    { type: "slow" },
    { type: "pauseOver" },
    { type: "cameraFailed", fault: "DENIED", at: 6 },
    ...[...CLOSES.keys(), 1006].map((code) => closed(code, 7)),
  ];
  let seed = 1;
  const pick = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return events[seed % events.length] ?? BEGIN;
  };
  const broken: [Broadcast, CameraEvent, Broadcast][] = [];
  let state = OFF;
  for (let count = 0; count < 20_000; count += 1) {
    const event = pick();
    const then = next(state, event);
    const opened = then !== state && then.phase === "CONNECTING" ? 1 : 0;
    const isSound =
      (then.phase !== "ON_AIR" || state.phase === "ON_AIR" || event.type === "onAir") &&
      then.pauseMs > 0 === (then.phase === "WAITING") &&
      then.pauseMs <= 30_000 &&
      then.bitsPerSecond >= 200_000 &&
      then.connection - state.connection === opened &&
      then.encoderFaults.length < 3;
    if (!isSound) broken.push([state, event, then]);
    state = then;
  }
  expect(broken).toEqual([]);
  expect(state.connection).toBeGreaterThan(1_000);
});
