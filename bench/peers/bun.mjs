// Peer: graphql-ws and graphql-js on Bun's own server. Usage: bun bun.mjs PORT
import { handleProtocols, makeHandler } from 'graphql-ws/use/bun';
import { answer, schema } from './schema.mjs';

Bun.serve({
  port: Number(process.argv[2]),
  hostname: '127.0.0.1',
  async fetch(request, server) {
    if (request.headers.get('upgrade') !== 'websocket') {
      return new Response(await answer(await request.text()));
    }
    if (!handleProtocols(request.headers.get('sec-websocket-protocol') || '')) {
      return new Response('Bad Request', { status: 404 });
    }
    return server.upgrade(request) ? undefined : new Response('Internal Server Error', { status: 500 });
  },
  websocket: makeHandler({ schema }),
});
