import { afterEach, beforeEach, expect, test, vi } from "vitest";
import WebSocket from "ws";
import { LiveClient, type LiveEvent } from "../../src/live";
import { LogServer } from "./server";

let server: LogServer;
let client: LiveClient;
let seen: number[];
let refused: string[];
let missed: number[];
let token: string;
let renewed: number;

beforeEach(async () => {
  server = await LogServer.start();
  seen = [];
  refused = [];
  missed = [];
  token = "first";
  renewed = 0;
  vi.spyOn(Math, "random").mockReturnValue(0);
  client = new LiveClient({
    url: server.url,
    token: (renew) => {
      if (renew) token = `renewed ${String((renewed += 1))}`;
      return Promise.resolve(token);
    },
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
  });
});

afterEach(async () => {
  client.close();
  await server.stop();
  vi.restoreAllMocks();
});

function follow(after: string | null = null): () => void {
  return client.subscribe<LiveEvent>({
    document: { query: "subscription { events }" },
    variables: {},
    cursorVariable: "after",
    after,
    field: "events",
    stateTypes: new Set(["TallyChanged"]),
    resetTypes: new Set(["Reset"]),
    onEvent: (event) => {
      seen.push(event.seq ?? 0);
    },
    onRefused: (message) => {
      refused.push(message);
    },
    onCaughtUp: (count) => {
      missed.push(count);
    },
  });
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 5 });

test("each event arrives once and in order", async () => {
  follow();
  await until(() => {
    expect(server.cursors).toEqual([null]);
  });
  for (let i = 0; i < 5; i += 1) server.append();
  await until(() => {
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });
});

test("what was logged while the socket was cut arrives once, behind the last event", async () => {
  follow();
  await until(() => {
    expect(server.cursors.length).toBe(1);
  });
  for (let cut = 0; cut < 20; cut += 1) {
    server.append();
    await until(() => {
      expect(seen.at(-1)).toBe(server.log.length);
    });
    server.cut(1006);
    server.append();
  }
  await until(() => {
    expect(seen.at(-1)).toBe(40);
  });
  expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  expect(server.cursors[1]).toBe("c1");
});

test("an event that comes again is dropped, newer state with the same seq is not", async () => {
  follow();
  await until(() => {
    expect(server.cursors.length).toBe(1);
  });
  server.append();
  server.send({ __typename: "Announcement", seq: 1, cursor: "c1" });
  server.send({ __typename: "TallyChanged", seq: 1, cursor: "c1" });
  server.send({ __typename: "TallyChanged", seq: 0, cursor: "c0" });
  server.append();
  await until(() => {
    expect(seen).toEqual([1, 1, 2]);
  });
});

test("a notice has no place in the log: each one arrives, and the cursor stays", async () => {
  follow();
  await until(() => {
    expect(server.cursors).toEqual([null]);
  });
  server.append();
  server.send({ __typename: "MyRoomChanged" });
  server.send({ __typename: "MyRoomChanged" });
  await until(() => {
    expect(seen).toEqual([1, 0, 0]);
  });
  server.cut(1006);
  await until(() => {
    expect(server.cursors).toEqual([null, "c1"]);
  });
});

test("a reset is taken although its seq is lower, and the log begins again behind it", async () => {
  follow();
  await until(() => {
    expect(server.cursors.length).toBe(1);
  });
  server.append();
  server.append();
  server.send({ __typename: "Reset", seq: 1, cursor: "r1" });
  server.send({ __typename: "Announcement", seq: 2, cursor: "r2" });
  await until(() => {
    expect(seen).toEqual([1, 2, 1, 2]);
  });
});

test.each([4403, 4511])("after %i a new token is asked for", async (code) => {
  follow();
  await until(() => {
    expect(server.cursors.length).toBe(1);
  });
  server.cut(code);
  await until(() => {
    expect(server.tokens).toEqual(["Bearer first", "Bearer renewed 1"]);
  });
  server.append();
  await until(() => {
    expect(seen).toEqual([1]);
  });
});

test("a refused token is renewed", async () => {
  server.refuseToken = "Bearer first";
  follow();
  await until(() => {
    expect(server.tokens.at(-1)).toBe("Bearer renewed 1");
  });
});

test.each([4400, 4409, 1009])("after %i it does not come back, and says so", async (code) => {
  follow();
  await until(() => {
    expect(server.cursors.length).toBe(1);
  });
  server.cut(code);
  await until(() => {
    expect(refused.length).toBe(1);
  });
  expect(client.state).toBe("failed");
});

test("how many events were missed is told once they have arrived", async () => {
  follow();
  await until(() => {
    expect(server.cursors.length).toBe(1);
  });
  server.append();
  await until(() => {
    expect(seen).toEqual([1]);
  });
  server.cut(4512);
  server.append();
  server.append();
  await until(() => {
    expect(missed).toEqual([2]);
  });
});

test("the last subscription that ends closes the socket", async () => {
  const end = follow();
  await until(() => {
    expect(server.cursors.length).toBe(1);
  });
  end();
  await until(() => {
    expect(server.connections).toBe(0);
  });
  expect(client.state).toBe("idle");
});

test("a socket that does not answer is given up when the page becomes visible", async () => {
  follow();
  await until(() => {
    expect(server.cursors.length).toBe(1);
  });
  server.alive = false;
  client.check();
  await until(() => {
    expect(server.cursors.length).toBe(2);
  });
});
