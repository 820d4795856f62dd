// Peer: a page of postings on graphql-yoga on Node, with employer and region: one read for the page,
// one for all its employers and one for all its regions (DataLoader), as in board_strawberry.py.
// Usage: node board_node.mjs PORT; MONGODB_URI and MONGODB_DATABASE come from the environment.
import { createServer } from 'node:http';
import DataLoader from 'dataloader';
import { createSchema, createYoga } from 'graphql-yoga';
import { MongoClient } from 'mongodb';

const [port] = process.argv.slice(2);
const client = new MongoClient(process.env.MONGODB_URI, { readConcern: { level: 'majority' } });
const database = client.db(process.env.MONGODB_DATABASE);

const typeDefs = `
  enum Occupation {
    ELECTRICIAN WELDER CRANE_OPERATOR NETWORK_PROGRAMMER CHILDCARE_WORKER ECOMMERCE_STREAMER
    CATERING_SUPERVISOR REFINERY_ELECTRICIAN PASTRY_COOK GENERAL_WORKER SECURITY_GUARD CLERK SALES
    DELIVERY_RIDER MATERNITY_NANNY COURIER RIDE_HAILING_DRIVER SANITATION_WORKER
    INDUSTRIAL_ROBOTICS INDUSTRIAL_DESIGNER OTHER
  }
  enum EmploymentType { FULL_TIME PART_TIME INTERNSHIP GIG DISPATCH }
  enum Shift { DAY TWO_SHIFT THREE_SHIFT FLEXIBLE }
  enum PayPeriod { MONTH HOUR }
  enum InsuranceKind { PENSION MEDICAL UNEMPLOYMENT WORK_INJURY MATERNITY }
  enum Benefit {
    MEALS DORMITORY SHUTTLE_BUS HOUSING_FUND PAID_LEAVE PAID_TRAINING HEALTH_CHECK
    HEAT_ALLOWANCE NIGHT_ALLOWANCE CHILD_CARE FESTIVAL_GIFTS
  }
  type Region { code: String! name: String! fullName: String! }
  type Pay { amount: Int! period: PayPeriod! }
  type Employer { id: ID! name: String! place: Region }
  type Posting {
    id: ID! title: String! occupation: Occupation! headcount: Int! placeCode: String!
    validUntil: String! employmentType: EmploymentType! shift: Shift!
    insurance: [InsuranceKind!]! benefits: [Benefit!]! pay: Pay! place: Region employer: Employer!
  }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Edge { cursor: String! node: Posting! }
  type PostingConnection { edges: [Edge!]! pageInfo: PageInfo! }
  type Query { postings(first: Int = 20, after: String): PostingConnection! }
`;

function byId(collection, shape) {
  return new DataLoader(async (ids) => {
    const found = await database.collection(collection).find({ _id: { $in: ids } }).toArray();
    const byKey = new Map(found.map((each) => [each._id, shape(each)]));
    return ids.map((id) => byKey.get(id) ?? null);
  });
}

async function postings(_, { first, after }) {
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const where = {
    status: 'OPEN',
    'terms.valid_until': { $gte: today },
    verified_until: { $gte: today },
  };
  if (after != null) where._id = { $lt: after };
  const found = await database.collection('postings')
    .find(where, { projection: { search: 0 } }).sort({ _id: -1 }).limit(first + 1).toArray();
  const shown = found.slice(0, first);
  return {
    edges: shown.map((each) => ({ cursor: each._id, node: each })),
    pageInfo: { hasNextPage: found.length > first, endCursor: shown.at(-1)?._id ?? null },
  };
}

const resolvers = {
  Query: { postings },
  Posting: {
    id: (posting) => posting._id,
    title: (posting) => posting.terms.title,
    occupation: (posting) => posting.terms.occupation,
    headcount: (posting) => posting.terms.headcount,
    placeCode: (posting) => posting.terms.place_code,
    validUntil: (posting) => posting.terms.valid_until,
    employmentType: (posting) => posting.terms.employment_type,
    shift: (posting) => posting.terms.shift,
    insurance: (posting) => posting.terms.insurance,
    benefits: (posting) => posting.terms.benefits,
    pay: (posting) => posting.terms.pay,
    place: (posting, _, context) => context.regions.load(posting.terms.place_code),
    employer: (posting, _, context) => context.employers.load(posting.employer_id),
  },
  Employer: {
    place: (employer, _, context) => context.regions.load(employer.placeCode),
  },
};

await client.connect();
const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  context: () => ({
    employers: byId('employers', (each) => ({
      id: each._id, name: each.name, placeCode: each.place_code,
    })),
    regions: byId('peer_regions', (each) => ({
      code: each._id, name: each.name, fullName: each.full_name,
    })),
  }),
  logging: false,
  graphiql: false,
});
createServer(yoga).listen(Number(port), '127.0.0.1');
