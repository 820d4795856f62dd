/** Messages and close codes of graphql-transport-ws, as far as a client needs them. */

export type ServerMessage =
  | { type: "connection_ack" }
  | { type: "ping" | "pong" }
  | { type: "next"; id: string; payload: unknown }
  | { type: "error"; id: string; payload: readonly { message: string }[] }
  | { type: "complete"; id: string };

/** Closes after which the same connection would fail again: a fault of this client. */
const FATAL_CODES = new Set([1009, 4400, 4401, 4406, 4409, 4429]);

/** Closes that want a new token: refused (4403), expired (4511) or signed out (4513) meanwhile. */
const TOKEN_CODES = new Set([4403, 4511, 4513]);

/** The node is about to stop and another one answers. */
const DRAINING = 4512;

export type Return = "never" | "with-new-token" | "at-once" | "later";

/** How a client comes back after a close with this code. */
export function returnAfter(code: number): Return {
  if (FATAL_CODES.has(code)) return "never";
  if (TOKEN_CODES.has(code)) return "with-new-token";
  return code === DRAINING ? "at-once" : "later";
}

/** The message in a text frame; null if it is none that the protocol knows. */
export function readMessage(text: unknown): ServerMessage | null {
  if (typeof text !== "string") return null;
  try {
    const message = JSON.parse(text) as Partial<ServerMessage> | null;
    return typeof message?.type === "string" ? (message as ServerMessage) : null;
  } catch {
    return null;
  }
}
