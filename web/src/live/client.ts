/**
 * A client of the live events: one socket, any number of subscriptions, no event lost or repeated.
 *
 * It has no dependencies. It keeps for each subscription the cursor of the last event that was
 * processed, and resumes behind it on a new socket. It notices a dead socket by pings, renews
 * tokens, spreads its return when a node drains, and looks at the socket when the page becomes
 * visible again.
 */

import { pauseBefore, spreadReturn } from "./backoff";
import { readMessage, returnAfter, type ServerMessage } from "./protocol";
import { Subscription, type LiveEvent, type SubscriptionRequest } from "./subscription";

export type ConnectionState = "idle" | "connecting" | "open" | "waiting" | "failed";

export interface LiveClientOptions {
  readonly url: string;
  /** The token for `connection_init`; `renew` when the last one was refused or ran out. */
  token(this: void, renew: boolean): Promise<string | null>;
  onState?(this: void, state: ConnectionState): void;
  /** For tests and for places without a global WebSocket. */
  readonly WebSocket?: typeof globalThis.WebSocket;
}

const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
/** When a page becomes visible, its socket has to answer sooner. */
const PONG_WHEN_VISIBLE_MS = 1_000;
const ACK_WITHIN_MS = 10_000;
/** Missed events have arrived when nothing came for so long. The first one comes at once. */
const QUIET_MS = 300;
const SUBPROTOCOL = "graphql-transport-ws";

export class LiveClient {
  readonly #options: LiveClientOptions;
  readonly #subscriptions = new Map<string, Subscription<LiveEvent>>();
  #socket: WebSocket | null = null;
  #state: ConnectionState = "idle";
  #attempt = 0;
  #renew = false;
  #nextId = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pings: ReturnType<typeof setInterval> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveClientOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Subscribe; the returned function ends the subscription. */
  subscribe<E extends LiveEvent>(request: SubscriptionRequest<E>): () => void {
    const id = String((this.#nextId += 1));
    const subscription = new Subscription(request);
    this.#subscriptions.set(id, subscription);
    if (this.#state === "open") this.#begin(id);
    else if (this.#state === "idle" || this.#state === "failed") this.#connect();
    return () => {
      this.#end(id);
    };
  }

  /** Look at the socket now: the page became visible, or the device is online again. */
  check(): void {
    if (this.#state === "waiting") this.#connect();
    else if (this.#state === "open") this.#ping(PONG_WHEN_VISIBLE_MS);
  }

  /** End all subscriptions and the socket. */
  close(): void {
    this.#subscriptions.clear();
    clearTimeout(this.#retry);
    this.#abandon(1000);
    this.#become("idle");
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#become("connecting");
    const renew = this.#renew;
    this.#renew = false;
    this.#options.token(renew).then(
      (token) => {
        if (this.#state === "connecting" && this.#socket === null) this.#open(token);
      },
      () => {
        if (this.#state !== "connecting") return;
        this.#renew = renew;
        this.#return(pauseBefore(this.#attempt));
      },
    );
  }

  #open(token: string | null): void {
    const Socket = this.#options.WebSocket ?? globalThis.WebSocket;
    const socket = new Socket(this.#options.url, SUBPROTOCOL);
    this.#socket = socket;
    this.#expect(ACK_WITHIN_MS);
    socket.onopen = () => {
      const payload = token === null ? {} : { authorization: `Bearer ${token}` };
      this.#send({ type: "connection_init", payload });
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (this.#socket !== socket) return;
      const message = readMessage(event.data);
      if (message !== null) this.#receive(message);
    };
    socket.onclose = (event) => {
      if (this.#socket === socket) this.#closed(event.code);
    };
  }

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case "connection_ack":
        clearTimeout(this.#deadline);
        this.#attempt = 0;
        this.#become("open");
        for (const id of this.#subscriptions.keys()) this.#begin(id);
        this.#pings = setInterval(() => {
          this.#ping(PONG_WITHIN_MS);
        }, PING_EVERY_MS);
        this.#waitForQuiet();
        return;
      case "ping":
        this.#send({ type: "pong" });
        return;
      case "pong":
        clearTimeout(this.#deadline);
        return;
      case "next":
        if (this.#quiet !== undefined) this.#waitForQuiet();
        this.#subscriptions.get(message.id)?.next(message.payload);
        return;
      case "error":
        this.#subscriptions.get(message.id)?.refuse(message.payload);
        this.#subscriptions.delete(message.id);
        return;
      case "complete":
        this.#subscriptions.delete(message.id);
    }
  }

  #closed(code: number): void {
    this.#abandon();
    for (const each of this.#subscriptions.values()) each.interrupted();
    if (this.#subscriptions.size === 0) {
      this.#become("idle");
      return;
    }
    switch (returnAfter(code)) {
      case "never":
        this.#fail(code);
        return;
      case "with-new-token":
        this.#renew = true;
        // Not at once: a clock that is wrong would renew for ever without a pause.
        this.#return(this.#attempt === 0 ? 0 : pauseBefore(this.#attempt));
        return;
      case "at-once":
        this.#return(spreadReturn());
        return;
      case "later":
        this.#return(pauseBefore(this.#attempt));
    }
  }

  #return(pause: number): void {
    this.#attempt += 1;
    this.#become("waiting");
    this.#retry = setTimeout(() => {
      this.#connect();
    }, pause);
  }

  #fail(code: number): void {
    const ended = [...this.#subscriptions.values()];
    this.#subscriptions.clear();
    this.#become("failed");
    for (const each of ended)
      each.refuse([{ message: `The connection was closed with ${String(code)}.` }]);
  }

  #begin(id: string): void {
    const payload = this.#subscriptions.get(id)?.payload();
    if (payload !== undefined) this.#send({ type: "subscribe", id, payload });
  }

  #end(id: string): void {
    if (!this.#subscriptions.delete(id)) return;
    if (this.#state === "open") this.#send({ type: "complete", id });
    if (this.#subscriptions.size === 0) this.close();
  }

  #ping(within: number): void {
    this.#send({ type: "ping" });
    this.#expect(within);
  }

  /** Give the socket up if nothing answers in time; its own close event could take minutes. */
  #expect(within: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => {
      this.#closed(1006);
    }, within);
  }

  #waitForQuiet(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      this.#quiet = undefined;
      for (const each of this.#subscriptions.values()) each.caughtUp();
    }, QUIET_MS);
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  #abandon(code?: number): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#quiet);
    this.#quiet = undefined;
    clearInterval(this.#pings);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(code);
  }

  #become(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState?.(state);
  }
}
