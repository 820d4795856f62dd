// Peer: `expressInterest` on graphql-yoga (HTTP) and graphql-ws on Node, one insert a request with
// the MongoDB driver. The same work as interests_strawberry.py, at the same places.
// Usage: node interests_node.mjs PORT [no-reads]; MONGODB_URI, MONGODB_DATABASE, PEER_SECRET.
import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { useServer } from 'graphql-ws/use/ws';
import { createSchema, createYoga } from 'graphql-yoga';
import jwt from 'jsonwebtoken';
import { MongoClient, ObjectId } from 'mongodb';
import { WebSocketServer } from 'ws';

const [port, ...options] = process.argv.slice(2);
const secret = process.env.PEER_SECRET;
const key = createHash('sha256').update(`contact/${secret}`).digest();
const personKey = createHash('sha256').update(`person/${secret}`).digest();
const reads = !options.includes('no-reads');

const client = new MongoClient(process.env.MONGODB_URI, {
  writeConcern: { w: 'majority', journal: true },
  readConcern: { level: 'majority' },
});
const database = client.db(process.env.MONGODB_DATABASE);
const leads = database.collection('peer_leads');

const typeDefs = `
  enum LeadStage { INTERESTED }
  enum LeadSource { LIVE_TAP SESSION_QR REPLAY BOARD }
  input ContactInput { name: String! phone: String! }
  input ConsentInput { textVersion: String! }
  input ExpressInterestInput {
    sessionId: ID! postingId: ID! contact: ContactInput! consent: ConsentInput
    source: LeadSource! = LIVE_TAP
  }
  type Lead { id: ID! stage: LeadStage! createdAt: String! }
  type InterestRecorded { lead: Lead! created: Boolean! receipt: String! }
  interface UserError { code: String! message: String! }
  type Refused implements UserError { code: String! message: String! }
  union ExpressInterestResult = InterestRecorded | Refused
  type Query { alive: Boolean! }
  type Mutation { expressInterest(input: ExpressInterestInput!): ExpressInterestResult! }
`;

class Refusal extends Error {}

function normalised(raw) {
  const match = /^(?:\+86)?(1[0-9]{10})$/.exec(raw.replace(/[ -]/g, ''));
  if (!match) throw new Refusal('Give a Chinese mobile number.');
  return `+86${match[1]}`;
}

function sealed(text, bound) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(bound));
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

// What the lead takes over from the session, the posting, and the text that was agreed to.
async function checked(input) {
  const session = await database.collection('sessions').findOne({ _id: input.sessionId });
  if (!session || !['LIVE', 'INTERRUPTED'].includes(session.status)) {
    throw new Refusal('The session is not live.');
  }
  const posting = await database.collection('postings').findOne({ _id: input.postingId });
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  if (!posting || posting.status !== 'OPEN' || posting.terms.valid_until < today) {
    throw new Refusal('The posting is not open.');
  }
  if (!session.posting_ids.includes(input.postingId)) {
    throw new Refusal('The posting is not in the session.');
  }
  const employer = await database.collection('employers').findOne({ _id: posting.employer_id });
  const text = await database.collection('consent_texts')
    .findOne({ valid_from: { $lte: new Date() } }, { sort: { valid_from: -1 } });
  if (input.consent?.textVersion !== String(text.number)) {
    throw new Refusal('Agree to the current text.');
  }
  const body = text.body.replaceAll('{employer}', employer.name)
    .replaceAll('{posting}', posting.terms.title);
  return {
    employer_id: posting.employer_id,
    union_path: session.union_path,
    owner_id: session.owner_id,
    segment: session.segment,
    terms: posting.terms,
    consent: {
      text_version: input.consent.textVersion,
      text_sha256: createHash('sha256').update(body).digest('hex'),
      at: new Date(),
    },
  };
}

async function expressInterest(_, { input }, context) {
  const giver = context.claims.sub;
  let name, phone, shown;
  try {
    name = input.contact.name.normalize('NFC').trim();
    phone = normalised(input.contact.phone);
    shown = reads ? await checked(input) : {};
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { __typename: 'Refused', code: 'REFUSED', message: error.message };
  }
  const id = new ObjectId().toHexString();
  const now = new Date();
  const person = createHmac('sha256', personKey).update(phone).digest('hex');
  let lead = {
    _id: id,
    session_id: input.sessionId,
    posting_id: input.postingId,
    person,
    contact: {
      key_version: 1,
      name: sealed(name, `${id}/name/1`),
      phone: sealed(phone, `${id}/phone/1`),
    },
    source: input.source,
    stage: 'INTERESTED',
    version: 1,
    giver,
    created_at: now,
    updated_at: now,
    ...shown,
  };
  let created = true;
  try {
    await leads.insertOne(lead);
  } catch (error) {
    if (error.code !== 11000) throw error;
    created = false;
    lead = await leads.findOne({ session_id: input.sessionId, posting_id: input.postingId, person });
  }
  return {
    __typename: 'InterestRecorded',
    lead: { id: lead._id, stage: lead.stage, createdAt: lead.created_at.toISOString() },
    created,
    receipt: jwt.sign({ sub: giver, person }, secret, { expiresIn: '1098d' }),
  };
}

const claims = (authorization) => jwt.verify((authorization || '').replace('Bearer ', ''), secret);

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers: { Mutation: { expressInterest } } }),
  // Over a socket the token came with connection_init.
  context: ({ request, claims: known }) => ({
    claims: known ?? claims(request.headers.get('authorization')),
  }),
  graphiql: false,
  landingPage: false,
  logging: 'error',
});
const server = createServer(yoga);

// As the documentation of graphql-yoga puts graphql-ws beside it.
useServer(
  {
    execute: (args) => args.rootValue.execute(args),
    subscribe: (args) => args.rootValue.subscribe(args),
    onConnect: (ctx) => {
      ctx.extra.claims = claims(ctx.connectionParams?.authorization);
    },
    onSubscribe: async (ctx, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        claims: ctx.extra.claims,
        params,
      });
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
      const errors = validate(args.schema, args.document);
      return errors.length ? errors : args;
    },
  },
  new WebSocketServer({ server, path: '/graphql' }),
);
await client.connect();
server.listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 });
