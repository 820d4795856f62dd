export { LiveClient, type ConnectionState, type LiveClientOptions } from "./client";
export type { LiveEvent, SubscriptionRequest } from "./subscription";
