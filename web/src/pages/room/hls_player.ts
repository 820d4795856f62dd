/** Lets hls.js play a playlist where the browser does not: loaded with the first picture. */

import Hls from "hls.js/light";

export type Fault = "WAITING" | "FULL" | "GONE";

interface Attached {
  play(this: void, video: HTMLVideoElement): void;
  /** Called with what a fault means that hls.js does not mend. */
  onFault(this: void, fault: Fault): void;
}

/** What is not there. Object storage says 403 to those who may not list its files. */
const NOT_THERE = new Set([403, 404]);
const SERVICE_UNAVAILABLE = 503;
/** Close to live, and few enough segments kept for a phone of 2 GB. */
const BUFFER_SECONDS = 20;
/** How far behind the newest segment it plays. After a stall it keeps one segment more. */
const SEGMENTS_BEHIND = 2;
/** Segments behind the newest one, from which on it jumps ahead. */
const MOST_SEGMENTS_BEHIND = 5;
/** A player that fell behind less plays a little faster until it is close to live again. */
const CATCH_UP_RATE = 1.1;

/**
 * Play in a video element, and return how to end it. `from` is the second of a recording to begin
 * at; null for a picture that is live.
 */
export function attach(
  video: HTMLVideoElement,
  url: string,
  from: number | null,
  { play, onFault }: Attached,
): () => void {
  // The content policy allows no worker from a blob.
  const hls = new Hls({
    enableWorker: false,
    backBufferLength: BUFFER_SECONDS,
    maxBufferLength: BUFFER_SECONDS,
    liveDurationInfinity: from === null,
    liveSyncDurationCount: SEGMENTS_BEHIND,
    liveMaxLatencyDurationCount: MOST_SEGMENTS_BEHIND,
    maxLiveSyncPlaybackRate: CATCH_UP_RATE,
    startPosition: from ?? -1,
  });
  hls.on(Hls.Events.ERROR, (_name, fault) => {
    const code = fault.response?.code;
    // A recording loses no segment: one that is not found says that all of it was deleted, and
    // hls.js would ask for it half a minute long.
    if (from !== null && code !== undefined && NOT_THERE.has(code)) onFault("GONE");
    else if (fault.fatal) onFault(code === SERVICE_UNAVAILABLE ? "FULL" : "WAITING");
  });
  hls.on(Hls.Events.MANIFEST_PARSED, () => {
    play(video);
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  return () => {
    hls.destroy();
  };
}
