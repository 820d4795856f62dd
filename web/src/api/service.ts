/** Queries and mutations over HTTP. Documents are sent as digests; their texts only if unknown. */

import type { TypedDocumentString } from "../gen/graphql";
import type { LastAnswers } from "./last_answers";
import { Refusal } from "./refusal";

const ANSWER_WITHIN_MS = 15_000;
const NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND";

interface ErrorInAnswer {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

interface Answer {
  readonly data?: object | null;
  readonly errors?: readonly ErrorInAnswer[];
}

export interface Credentials {
  /** The token to send; null sends none. `renew` when the service refused the last one. */
  token(this: void, renew: boolean): Promise<string | null>;
}

/** The SHA-256 of a document in hexadecimal digits. */
export function digestOf(document: TypedDocumentString<unknown, never>): string {
  const hash = document.__meta__?.["hash"] as string;
  return hash.slice("sha256:".length);
}

export class Service {
  private readonly url: string;
  private readonly credentials: Credentials;

  /** `lastAnswers`: where pages keep what was answered, if they show it again; else null. */
  constructor(
    url: string,
    credentials: Credentials,
    readonly lastAnswers: LastAnswers | null = null,
  ) {
    this.url = url;
    this.credentials = credentials;
  }

  /** The data of an operation. Throws a `Refusal` when there are none. */
  async execute<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    const digest = digestOf(document);
    let answer = await this.send({ digest, variables }, false);
    if (codeOf(answer) === "UNAUTHENTICATED") {
      answer = await this.send({ digest, variables }, true);
    }
    const error = answer.errors?.[0];
    if (answer.data != null && (error === undefined || hasPart(answer.data))) {
      return answer.data as Data;
    }
    throw toRefusal(error);
  }

  private async send(operation: Operation, renew: boolean): Promise<Answer> {
    const token = await this.credentials.token(renew);
    const answer = await this.post(operation, token, null);
    if (codeOf(answer) !== NOT_FOUND) return answer;
    // The node is of another release and does not know the digest.
    const { default: texts } = await import("../gen/persisted-documents.json");
    const query = (texts as Readonly<Record<string, string>>)[`sha256:${operation.digest}`];
    return this.post(operation, token, query ?? null);
  }

  private async post(
    operation: Operation,
    token: string | null,
    query: string | null,
  ): Promise<Answer> {
    const body = JSON.stringify({
      ...(query === null ? {} : { query }),
      variables: operation.variables,
      extensions: { persistedQuery: { version: 1, sha256Hash: operation.digest } },
    });
    const controller = new AbortController();
    const timeout = setTimeout(() => {
      controller.abort();
    }, ANSWER_WITHIN_MS);
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          "accept-language": document.documentElement.lang,
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        body,
        signal: controller.signal,
        credentials: "omit",
      });
      return (await response.json()) as Answer;
    } catch {
      throw Refusal.offline();
    } finally {
      clearTimeout(timeout);
    }
  }
}

interface Operation {
  readonly digest: string;
  readonly variables: unknown;
}

/** Whether one of the fields at the root was answered: a refused one is null beside others. */
function hasPart(data: object): boolean {
  return Object.values(data).some((part) => part !== null);
}

function codeOf(answer: Answer): string | undefined {
  return answer.errors?.[0]?.extensions?.code;
}

function toRefusal(error: ErrorInAnswer | undefined): Refusal {
  if (error === undefined) return Refusal.offline();
  return new Refusal({ code: error.extensions?.code ?? "INTERNAL", message: error.message });
}
