/** Sends one recording over its socket, and notices a network that takes too little, or nothing. */

const PART_MS = 500;
const KEY_FRAME_MS = 1_000;
/** About 20 seconds of the picture: nobody sees it live any more. */
const MOST_WAITING_BYTES = 4_000_000;
/** A socket whose way is gone stays open for minutes. */
const STUCK_MS = 8_000;

export interface SenderEvents {
  /** More waits than the network takes. */
  onSlow(this: void): void;
  /** Nothing was taken for seconds. */
  onStuck(this: void): void;
  /** The recorder ended, though nobody stopped it. */
  onBroken(this: void): void;
}

export class PartSender {
  readonly #socket: WebSocket;
  readonly #events: SenderEvents;
  readonly #recorder: MediaRecorder;
  #given = 0;
  #taken = 0;
  #takenAt = Date.now();
  #recordedAt = Date.now();
  #isStopped = false;

  constructor(
    media: MediaStream,
    socket: WebSocket,
    recording: { readonly mimeType: string; readonly bitsPerSecond: number },
    events: SenderEvents,
  ) {
    this.#socket = socket;
    this.#events = events;
    const { mimeType, bitsPerSecond } = recording;
    // A key frame each second, so that segments last one; not all browsers know how.
    const options: MediaRecorderOptions & { videoKeyFrameIntervalDuration: number } = {
      mimeType,
      videoBitsPerSecond: bitsPerSecond,
      videoKeyFrameIntervalDuration: KEY_FRAME_MS,
    };
    this.#recorder = new MediaRecorder(media, options);
    this.#recorder.ondataavailable = (part) => {
      this.#send(part.data);
    };
    this.#recorder.onstop = () => {
      if (!this.#isStopped) events.onBroken();
    };
    this.#recorder.start(PART_MS);
  }

  /** Milliseconds since the recorder made the last part; a phone that sleeps makes none. */
  get silentMs(): number {
    return Date.now() - this.#recordedAt;
  }

  /** Make no more parts, and drop the one that is being made. */
  abandon(): void {
    this.#isStopped = true;
    this.#recorder.ondataavailable = null;
    if (this.#recorder.state !== "inactive") this.#recorder.stop();
  }

  /** Make no more parts; `onLast` is called when the last one was handed to the socket. */
  finish(onLast: () => void): void {
    this.#isStopped = true;
    if (this.#recorder.state === "inactive") {
      onLast();
      return;
    }
    this.#recorder.onstop = onLast;
    this.#recorder.stop();
  }

  #send(part: Blob): void {
    const now = Date.now();
    if (part.size === 0) return;
    this.#recordedAt = now;
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(part);
    this.#given += part.size;
    const taken = this.#given - this.#socket.bufferedAmount;
    if (taken > this.#taken) this.#takenAt = now;
    this.#taken = Math.max(this.#taken, taken);
    if (this.#isStopped) return;
    if (this.#socket.bufferedAmount > MOST_WAITING_BYTES) this.#events.onSlow();
    else if (now - this.#takenAt > STUCK_MS) this.#events.onStuck();
  }
}
