/** What the examples share: a token, the state of a session, and a line for each event. */

/** The address that `node <example> http://... <session>` names. */
export const [, , service, session] = process.argv;
export const live = `${service.replace(/^http/, "ws")}/graphql`;
export const webSocket = globalThis.WebSocket ?? (await import("ws")).default;

export const EVENTS = `subscription Events($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) {
    __typename
    seq
    cursor
    ... on Announcement { body }
    ... on PostingPinned { posting { title } }
  }
}`;

export async function ask(query, variables = {}) {
  const response = await fetch(`${service}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()).data;
}

/** A token of a viewer, who needs no account. Staff would use `refreshSignIn` when `renew`. */
export async function token(_renew) {
  const data = await ask("mutation { enterAsViewer(input: {}) { ... on ViewerEntered { accessToken } } }");
  return data.enterAsViewer.accessToken;
}

/** The cursor of the state that is shown: every later event will come. */
export async function cursor() {
  const data = await ask("query ($id: ID!) { liveSession(id: $id) { cursor } }", { id: session });
  return data.liveSession.cursor;
}

export function show(event) {
  console.log(JSON.stringify(event));
}
