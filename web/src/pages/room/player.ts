/** Plays a playlist of HTTP Live Streaming in a video element, and goes on after every fault. */

import { pauseBefore } from "../../live/backoff";

export interface Player {
  /** Play, where the browser refused to before. */
  play(this: void): void;
  close(this: void): void;
}

/**
 * `FULL`: the media server serves no more players now; it is asked again. `GONE`: a recording is
 * there no more, and nothing is tried again.
 */
export type PlayerState = "WAITING" | "PLAYING" | "FULL" | "GONE";

interface PlayerOptions {
  /** A recording: it begins at its start, and after a fault where it was. */
  readonly isReplay: boolean;
}

const NOT_FOUND = 404;
const SERVICE_UNAVAILABLE = 503;
const SHORTEST_PAUSE_MS = 500;
/** Close to live, and few enough segments kept for a phone of 2 GB. */
const BUFFER_SECONDS = 20;

/**
 * Start to play. `onState` is called whenever it plays, nothing comes, or no player more is served.
 * A fault is tried again, with growing pauses, until `close`.
 */
export function startPlayer(
  video: HTMLVideoElement,
  url: string,
  onState: (state: PlayerState) => void,
  { isReplay }: PlayerOptions,
): Player {
  let closed = false;
  let from = 0;
  let tries = 0;
  let timeout: ReturnType<typeof setTimeout> | undefined;
  let stop: () => void = () => undefined;

  const playing = () => {
    tries = 0;
    onState("PLAYING");
  };
  const retry = (state: PlayerState) => {
    if (closed || timeout !== undefined) return;
    from = video.currentTime || from;
    onState(state);
    stop();
    if (state === "GONE") {
      closed = true;
      return;
    }
    timeout = setTimeout(
      () => {
        timeout = undefined;
        start();
      },
      SHORTEST_PAUSE_MS + pauseBefore(tries),
    );
    tries += 1;
  };
  const start = () => {
    if (playsItself(video)) {
      video.src = url;
      if (isReplay) video.currentTime = from;
      stop = () => {
        video.removeAttribute("src");
        video.load();
      };
      play(video);
      return;
    }
    attach(video, url, isReplay ? from : null, retry).then(
      (detach) => {
        if (closed) detach();
        else stop = detach;
      },
      () => {
        retry("WAITING");
      },
    );
  };
  const ready = () => {
    // A recording that is moved while it stands still does not play, and shows its place.
    if (isReplay) onState("PLAYING");
  };
  const waiting = () => {
    onState("WAITING");
  };
  const broken = () => {
    retry("WAITING");
  };
  video.addEventListener("playing", playing);
  video.addEventListener("canplay", ready);
  video.addEventListener("waiting", waiting);
  video.addEventListener("error", broken);
  start();
  return {
    play: () => {
      play(video);
    },
    close: () => {
      closed = true;
      clearTimeout(timeout);
      video.removeEventListener("playing", playing);
      video.removeEventListener("canplay", ready);
      video.removeEventListener("waiting", waiting);
      video.removeEventListener("error", broken);
      stop();
    },
  };
}

/** Safari plays playlists by itself. Others that say so do it badly, and get hls.js. */
function playsItself(video: HTMLVideoElement): boolean {
  const isSafari = "WebKitPlaybackTargetAvailabilityEvent" in window;
  const canPlay = video.canPlayType("application/vnd.apple.mpegurl") !== "";
  return canPlay && (isSafari || !("MediaSource" in window));
}

/** `from`: the second of a recording to begin at; null for a picture that is live. */
async function attach(
  video: HTMLVideoElement,
  url: string,
  from: number | null,
  onFault: (state: PlayerState) => void,
): Promise<() => void> {
  const { default: Hls } = await import("hls.js/light");
  // The content policy allows no worker from a blob.
  const hls = new Hls({
    enableWorker: false,
    backBufferLength: BUFFER_SECONDS,
    maxBufferLength: BUFFER_SECONDS,
    liveDurationInfinity: from === null,
    startPosition: from ?? -1,
  });
  hls.on(Hls.Events.ERROR, (_name, fault) => {
    const code = fault.response?.code;
    // A recording loses no segment: one that is not found says that all of it was deleted, and
    // hls.js would ask for it half a minute long.
    if (from !== null && code === NOT_FOUND) onFault("GONE");
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

/** WeChat and others refuse to play before the first touch: the controls are there for that. */
function play(video: HTMLVideoElement): void {
  video.play().catch(() => undefined);
}
