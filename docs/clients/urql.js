/** urql (core 6) over graphql-ws that resumes. */
import { Client, subscriptionExchange } from "@urql/core";
import { cursor, EVENTS, live, session, show, token, webSocket } from "./example.js";
import { createResumingClient } from "./resuming.js";

const socket = createResumingClient(live, token, webSocket);
const client = new Client({
  url: live.replace(/^ws/, "http"),
  preferGetMethod: false,
  exchanges: [
    subscriptionExchange({
      forwardSubscription: (request) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }),
      }),
    }),
  ],
});
client
  .subscription(EVENTS, { session, after: await cursor() })
  .subscribe((result) => show(result.data.sessionEvents));
