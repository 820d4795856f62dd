// mongosh runs this before each start of the API. The first run creates the replica set. Every run gives the
// API's account the password from the environment.
const { MONGODB_ROOT_PASSWORD, MONGODB_PASSWORD, MONGODB_DATABASE } = process.env;
const hosts = ["mongo1:27017", "mongo2:27017", "mongo3:27017"];
const root = `root:${encodeURIComponent(MONGODB_ROOT_PASSWORD)}`;

const first = connect(`mongodb://${root}@${hosts[0]}/admin?directConnection=true`);
try {
  first.adminCommand({ replSetGetStatus: 1 });
} catch (error) {
  if (error.codeName !== "NotYetInitialized") throw error;
  first.adminCommand({
    replSetInitiate: { _id: "songgang", members: hosts.map((host, _id) => ({ _id, host })) },
  });
}

// Waits for a primary for the server selection timeout, then fails.
const admin = connect(
  `mongodb://${root}@${hosts.join(",")}/admin?replicaSet=songgang&serverSelectionTimeoutMS=60000`,
);
// dbAdmin: the API sets the validators of its collections at the start.
const account = {
  pwd: MONGODB_PASSWORD,
  roles: ["readWrite", "dbAdmin"].map((role) => ({ role, db: MONGODB_DATABASE })),
};
if (admin.getUser("songgang")) {
  admin.updateUser("songgang", account);
} else {
  admin.createUser({ user: "songgang", ...account });
}
print("The replica set and the API's account are ready.");
