/** A real WebSocket server of the protocol, whose log the tests write and whose sockets they cut. */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket as Peer } from "ws";

export interface Logged {
  readonly __typename: string;
  readonly seq: number;
  readonly cursor: string;
}

/** An event that is in no log. */
export interface Notice {
  readonly __typename: string;
}

interface Follower {
  readonly peer: Peer;
  readonly id: string;
}

export class LogServer {
  readonly log: Logged[] = [];
  readonly tokens: (string | null)[] = [];
  readonly cursors: (string | null)[] = [];
  /** Answers pings; a socket that is dead for good is one that does not. */
  alive = true;
  refuseToken: string | null = null;
  readonly #server: WebSocketServer;
  #followers: Follower[] = [];

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on("connection", (peer) => {
      peer.on("message", (data) => {
        this.#receive(peer, JSON.parse((data as Buffer).toString()) as Record<string, unknown>);
      });
      peer.on("close", () => {
        this.#followers = this.#followers.filter((each) => each.peer !== peer);
      });
    });
  }

  static async start(): Promise<LogServer> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    return new LogServer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  get connections(): number {
    return this.#server.clients.size;
  }

  append(): void {
    const seq = this.log.length + 1;
    const event = { __typename: "Announcement", seq, cursor: `c${String(seq)}` };
    this.log.push(event);
    this.send(event);
  }

  /** Send an event without logging it, or one again. */
  send(event: Logged | Notice): void {
    for (const { peer, id } of this.#followers) next(peer, id, event);
  }

  cut(code: number): void {
    for (const peer of this.#server.clients) {
      if (code === 1006) peer.terminate();
      else peer.close(code);
    }
  }

  async stop(): Promise<void> {
    this.cut(1006);
    this.#server.close();
    await once(this.#server, "close");
  }

  #receive(peer: Peer, message: Record<string, unknown>): void {
    switch (message["type"]) {
      case "connection_init": {
        const payload = message["payload"] as { authorization?: string };
        const token = payload.authorization ?? null;
        this.tokens.push(token);
        if (this.refuseToken !== null && token === this.refuseToken) peer.close(4403);
        else peer.send(JSON.stringify({ type: "connection_ack" }));
        return;
      }
      case "ping":
        if (this.alive) peer.send(JSON.stringify({ type: "pong" }));
        return;
      case "subscribe": {
        const id = message["id"] as string;
        const { variables } = message["payload"] as { variables: { after: string | null } };
        this.cursors.push(variables.after);
        const after = this.log.findIndex((each) => each.cursor === variables.after);
        for (const event of this.log.slice(after + 1)) next(peer, id, event);
        this.#followers.push({ peer, id });
        return;
      }
      case "complete":
        this.#followers = this.#followers.filter((each) => each.id !== message["id"]);
    }
  }
}

function next(peer: Peer, id: string, event: Logged | Notice): void {
  peer.send(JSON.stringify({ type: "next", id, payload: { data: { events: event } } }));
}
