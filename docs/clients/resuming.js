/**
 * A graphql-ws client whose subscriptions resume: nothing is lost, nothing comes twice.
 *
 * The stock client subscribes again with the variables of the first time. Without `after` the
 * events of the break are lost; with the first `after` all events come again. Here each
 * subscription has variables of its own, and `after` moves with every event. graphql-ws reads them
 * again whenever it subscribes.
 */
import { createClient } from "graphql-ws";

/** Events that are state: the newest counts, and they carry the `seq` of the last logged event. */
const STATE = new Set(["TallyChanged", "PresenceChanged"]);
/** Closes after which the token is refused: expired, revoked, signed out. */
const WANTS_TOKEN = new Set([4403, 4511, 4513]);
const PONG_WITHIN_MS = 5_000;

/**
 * @param {string} url of the service, with ws: or wss:
 * @param {(renew: boolean) => Promise<string>} token gives a token; a new one with `renew`
 * @param {typeof WebSocket} [webSocketImpl] where there is no global one
 */
export function createResumingClient(url, token, webSocketImpl) {
  let renew = false;
  let socket;
  let deadline;
  const client = createClient({
    url,
    webSocketImpl,
    retryAttempts: Infinity,
    // Every close is worth another attempt, apart from those that graphql-ws knows as fatal.
    shouldRetry: () => true,
    keepAlive: 10_000,
    connectionParams: async () => {
      const params = { authorization: `Bearer ${await token(renew)}` };
      renew = false;
      return params;
    },
    on: {
      opened: (opened) => (socket = opened),
      closed: (event) => {
        clearTimeout(deadline);
        if (WANTS_TOKEN.has(event.code)) renew = true;
      },
      // A dead socket closes by itself only after minutes.
      ping: (received) => {
        if (received) return;
        deadline = setTimeout(() => socket.close(4499, "No pong"), PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(deadline);
      },
    },
  });
  return { ...client, subscribe: (payload, sink) => resume(client, payload, sink) };
}

function resume(client, payload, sink) {
  const variables = { ...payload.variables };
  let seq = -1;
  return client.subscribe(
    { ...payload, variables },
    {
      ...sink,
      next(result) {
        const event = Object.values(result.data ?? {})[0];
        if (event?.cursor === undefined) return sink.next(result);
        const isState = STATE.has(event.__typename);
        const isReset = event.__typename.endsWith("Reset");
        if (!isState && !isReset && event.seq <= seq) return;
        sink.next(result);
        variables.after = event.cursor;
        if (!isState) seq = event.seq;
      },
    },
  );
}
