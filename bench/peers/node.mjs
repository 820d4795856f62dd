// Peer: graphql-ws and graphql-js on Node with ws. Usage: node node.mjs PORT
import { createServer } from 'node:http';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { answer, schema } from './schema.mjs';

const server = createServer(async (request, response) => {
  let text = '';
  for await (const part of request) text += part;
  const body = Buffer.from(await answer(text));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
});
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 });
