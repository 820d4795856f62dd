// What the peers on Node and Bun share: the contract's subscription on graphql-js, events in memory.
import { graphql, GraphQLError, buildSchema } from 'graphql';

const waiting = new Set();
let seq = 0;

function announce({ input }) {
  seq += 1;
  const cursor = Buffer.from(`log:${seq}:session:${input.sessionId}`).toString('base64url');
  const event = { __typename: 'Announcement', seq, at: new Date().toISOString(), cursor, body: input.body };
  for (const push of waiting) push({ sessionEvents: event });
  return { seq };
}

// A queue a subscriber, as the pub/sub packages for graphql-js have it.
function sessionEvents() {
  const queue = [];
  let wake = null;
  const push = (value) => {
    if (wake) {
      wake({ value, done: false });
      wake = null;
    } else queue.push(value);
  };
  waiting.add(push);
  return {
    next: () =>
      queue.length
        ? Promise.resolve({ value: queue.shift(), done: false })
        : new Promise((resolve) => { wake = resolve; }),
    return: () => {
      waiting.delete(push);
      return Promise.resolve({ value: undefined, done: true });
    },
    throw: (error) => Promise.reject(error),
    [Symbol.asyncIterator]() { return this; },
  };
}

export const schema = buildSchema(`
  interface SessionEvent { seq: Int! at: String! cursor: String! }
  type Announcement implements SessionEvent { seq: Int! at: String! cursor: String! body: String! }
  type Announced { seq: Int! }
  input AnnounceInput { sessionId: ID! body: String! }
  type Query { alive: Boolean! }
  type Mutation { announce(input: AnnounceInput!): Announced! }
  type Subscription { sessionEvents(sessionId: ID!): SessionEvent! }
`);
schema.getMutationType().getFields().announce.resolve = (_, args) => announce(args);
schema.getSubscriptionType().getFields().sessionEvents.subscribe = sessionEvents;

export async function answer(text) {
  let request;
  try {
    request = JSON.parse(text);
  } catch {
    return JSON.stringify({ errors: [new GraphQLError('The body is not JSON')] });
  }
  const { query: source, variables: variableValues } = request;
  return JSON.stringify(await graphql({ schema, source, variableValues }));
}
