/** Apollo Client 4 over graphql-ws that resumes. */
import { ApolloClient, gql, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { cursor, EVENTS, live, session, show, token, webSocket } from "./example.js";
import { createResumingClient } from "./resuming.js";

const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: new GraphQLWsLink(createResumingClient(live, token, webSocket)),
});
client
  // Events are not entities: the cache would keep each of them for ever.
  .subscribe({
    query: gql(EVENTS),
    variables: { session, after: await cursor() },
    fetchPolicy: "no-cache",
  })
  .subscribe({
    next: (result) => show(result.data.sessionEvents),
    error: (error) => console.error(error),
  });
