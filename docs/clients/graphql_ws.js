/** graphql-ws 6 that resumes. */
import { cursor, EVENTS, live, session, show, token, webSocket } from "./example.js";
import { createResumingClient } from "./resuming.js";

const client = createResumingClient(live, token, webSocket);
client.subscribe(
  { query: EVENTS, variables: { session, after: await cursor() } },
  {
    next: (result) => show(result.data.sessionEvents),
    error: (error) => console.error(error),
    complete: () => undefined,
  },
);
