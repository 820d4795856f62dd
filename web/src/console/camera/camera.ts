/**
 * A camera of this device that publishes the picture of one session.
 *
 * `broadcast.ts` decides what comes next; this opens what that needs: the camera, a socket, a
 * recorder. It outlives the page of the desk, so that a host may edit the session on air.
 */

import { isSending, next, OFF, type Broadcast, type CameraEvent } from "./broadcast";
import {
  CameraUnavailable,
  countCameras,
  isAlive,
  openMedia,
  recordedKinds,
  stopMedia,
  type CameraFault,
  type Facing,
} from "./media";
import { PartSender } from "./part_sender";
import { watchDevice } from "./watch_device";

const SUBPROTOCOL = "songgang-camera";
/** Parts come twice a second; without one for so long, the recorder slept. */
const SILENT_MS = 3_000;
/** How long the process may take to end a broadcast, or to answer a new socket. */
const ANSWER_MS = 15_000;
const LOST = 1006;

export interface CameraKey {
  readonly cameraUrl: string;
  readonly cameraKey: string;
}

export class Camera {
  readonly #makeKey: () => Promise<CameraKey>;
  readonly #listeners = new Set<() => void>();
  #broadcast = OFF;
  #media: MediaStream | null = null;
  #fault: CameraFault | null = null;
  #facing: Facing = "user";
  #isMuted = false;
  #cameras = 0;
  #isOpening: Promise<MediaStream> | null = null;
  #key: CameraKey | null = null;
  #socket: WebSocket | null = null;
  #sender: PartSender | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | null = null;

  /** `makeKey` makes a new key for the session, and ends the one before. */
  constructor(makeKey: () => Promise<CameraKey>) {
    this.#makeKey = makeKey;
  }

  get broadcast(): Broadcast {
    return this.#broadcast;
  }

  /** What the camera shows; null while it is closed. */
  get media(): MediaStream | null {
    return this.#media;
  }

  /** Why the camera could not be opened. */
  get fault(): CameraFault | null {
    return this.#fault;
  }

  /** Whether there is another camera to turn to. */
  get hasOther(): boolean {
    return this.#cameras > 1;
  }

  get isMuted(): boolean {
    return this.#isMuted;
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Open the camera for a preview. What goes wrong is `fault`. */
  async open(): Promise<void> {
    await this.#openMedia().catch(() => undefined);
  }

  /** Show what is on the other side of the phone. */
  async turnAround(): Promise<void> {
    this.#facing = this.#facing === "user" ? "environment" : "user";
    // A phone opens one of its cameras at a time.
    this.#sender?.abandon();
    this.#closeMedia();
    await this.open();
    this.#tell({ type: "renew", isNewNetwork: false });
  }

  /** Let viewers hear nothing, or hear again. */
  mute(isMuted: boolean): void {
    this.#isMuted = isMuted;
    for (const track of this.#media?.getAudioTracks() ?? []) track.enabled = !isMuted;
    this.#changed();
  }

  /** Go on air with a new key. Throws the refusal of the service, if it gives none. */
  async goOnAir(): Promise<void> {
    this.#key = await this.#makeKey();
    this.#unwatch ??= watchDevice({
      onTurn: () => {
        if (isSending(this.#broadcast.phase)) this.#tell({ type: "renew", isNewNetwork: false });
      },
      onReturn: () => {
        this.#return();
      },
      onNetwork: () => {
        this.#tell({ type: "renew", isNewNetwork: true });
      },
    });
    this.#tell({ type: "begin" });
  }

  /** Try again now, without the rest of a pause. */
  comeBack(): void {
    this.#tell({ type: "renew", isNewNetwork: false });
  }

  /** End the broadcast, for viewers too. The camera stays open. */
  stop(): void {
    this.#tell({ type: "stop" });
  }

  /** End everything, and give the camera back. */
  close(): void {
    this.stop();
    this.#closeMedia();
    this.#changed();
  }

  /** A page that is seen again: what slept is begun anew, what ran goes on. */
  #return(): void {
    const { phase } = this.#broadcast;
    const isLate = this.#sender !== null && this.#sender.silentMs > SILENT_MS;
    const isGone = this.#media === null || !isAlive(this.#media);
    if (phase === "WAITING" || (isSending(phase) && (isLate || isGone))) {
      this.#tell({ type: "renew", isNewNetwork: false });
    }
  }

  #trackChanged(): void {
    if (this.#broadcast.phase === "OFF" && this.#media !== null && !isAlive(this.#media)) {
      this.#closeMedia();
      this.#fault = "CAMERA_BUSY";
      this.#changed();
    } else this.#return();
  }

  #tell(event: CameraEvent): void {
    const before = this.#broadcast;
    const state = next(before, event);
    if (state === before) return;
    this.#broadcast = state;
    if (state.connection !== before.connection) void this.#connect(state);
    else if (state.phase !== before.phase) this.#enter(state);
    this.#changed();
  }

  #enter(state: Broadcast): void {
    switch (state.phase) {
      case "RECORDING":
        this.#record(state);
        return;
      case "WAITING":
        this.#drop();
        this.#timer = setTimeout(() => {
          this.#tell({ type: "pauseOver" });
        }, state.pauseMs);
        return;
      case "ENDING":
        this.#finish();
        return;
      case "OFF":
        this.#drop();
        this.#unwatch?.();
        this.#unwatch = null;
        return;
      case "CONNECTING":
      case "ON_AIR":
        clearTimeout(this.#timer);
    }
  }

  async #connect({ connection, kind }: Broadcast): Promise<void> {
    this.#drop();
    const key = this.#key;
    if (key === null) return;
    try {
      if (this.#media === null || !isAlive(this.#media)) await this.#openMedia();
    } catch (error) {
      const fault = error instanceof CameraUnavailable ? error.fault : "CAMERA_BUSY";
      if (connection === this.#broadcast.connection) {
        this.#tell({ type: "cameraFailed", fault, at: Date.now() });
      }
      return;
    }
    const { phase } = this.#broadcast;
    if (connection !== this.#broadcast.connection || phase !== "CONNECTING") return;
    const socket = new WebSocket(key.cameraUrl, SUBPROTOCOL);
    this.#socket = socket;
    socket.onopen = () => {
      const mimeType = recordedKinds()[kind] ?? "";
      socket.send(JSON.stringify({ type: "begin", key: key.cameraKey, mimeType }));
    };
    socket.onmessage = ({ data }) => {
      this.#hear(String(data));
    };
    socket.onclose = ({ code }) => {
      this.#closed(code);
    };
    this.#timer = setTimeout(() => {
      this.#closed(LOST);
    }, ANSWER_MS);
  }

  #hear(text: string): void {
    const message = JSON.parse(text) as { type: string; maxBitsPerSecond?: number };
    if (message.type === "ready") {
      const { maxBitsPerSecond = Infinity } = message;
      this.#tell({ type: "ready", maxBitsPerSecond });
    } else if (message.type === "onAir") this.#tell({ type: "onAir", at: Date.now() });
  }

  #record({ kind, bitsPerSecond }: Broadcast): void {
    clearTimeout(this.#timer);
    const [media, socket] = [this.#media, this.#socket];
    if (media === null || socket === null) return;
    const mimeType = recordedKinds()[kind] ?? "";
    try {
      this.#sender = new PartSender(
        media,
        socket,
        { mimeType, bitsPerSecond },
        {
          onSlow: () => {
            this.#tell({ type: "slow" });
          },
          onStuck: () => {
            this.#closed(LOST);
          },
          onBroken: () => {
            this.#tell({ type: "renew", isNewNetwork: false });
          },
        },
      );
    } catch {
      // The camera ended meanwhile.
      this.#tell({ type: "cameraFailed", fault: "CAMERA_BUSY", at: Date.now() });
    }
  }

  #finish(): void {
    clearTimeout(this.#timer);
    const [sender, socket] = [this.#sender, this.#socket];
    sender?.finish(() => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: "end" }));
    });
    this.#timer = setTimeout(() => {
      this.#closed(LOST);
    }, ANSWER_MS);
  }

  #closed(code: number): void {
    const kinds = recordedKinds().length;
    this.#tell({ type: "closed", code, kinds, at: Date.now() });
  }

  /** Leave the socket and the recorder of now; what they still say counts for nothing. */
  #drop(): void {
    clearTimeout(this.#timer);
    this.#sender?.abandon();
    this.#sender = null;
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** One opening at a time: two would ask the person twice. */
  #openMedia(): Promise<MediaStream> {
    this.#isOpening ??= this.#reopen().finally(() => {
      this.#isOpening = null;
    });
    return this.#isOpening;
  }

  async #reopen(): Promise<MediaStream> {
    this.#closeMedia();
    this.#fault = null;
    try {
      const media = await openMedia(this.#facing);
      this.#media = media;
      this.#cameras = await countCameras();
      this.mute(this.#isMuted);
      for (const track of media.getTracks()) {
        track.onended = track.onunmute = () => {
          if (media === this.#media) this.#trackChanged();
        };
      }
      return media;
    } catch (error) {
      if (error instanceof CameraUnavailable) this.#fault = error.fault;
      throw error;
    } finally {
      this.#changed();
    }
  }

  #closeMedia(): void {
    stopMedia(this.#media);
    this.#media = null;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
