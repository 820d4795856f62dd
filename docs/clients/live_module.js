/** The client of the pages, songgang-live.js: one file without dependencies. */
import { cursor, EVENTS, live, session, show, token, webSocket } from "./example.js";
import { LiveClient } from "./songgang-live.js";

const client = new LiveClient({ url: live, token, WebSocket: webSocket });
client.subscribe({
  document: { query: EVENTS },
  variables: { session },
  cursorVariable: "after",
  after: await cursor(),
  field: "sessionEvents",
  stateTypes: new Set(["TallyChanged", "PresenceChanged"]),
  resetTypes: new Set(["Reset"]),
  onEvent: show,
  onRefused: (message) => console.error(message),
});
// In a page also: document.addEventListener("visibilitychange", () => client.check());
