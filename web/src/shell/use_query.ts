/** Data of a query for a page: loading, there, or refused; then with what was answered last. */

import { useCallback, useEffect, useState } from "preact/hooks";
import type { TypedDocumentString } from "../gen/graphql";
import { Refusal } from "../api/refusal";
import { digestOf, type Service } from "../api/service";
import { service } from "./service";
import { useOnline } from "./use_online";

interface Outcome<Data> {
  readonly data: Data | null;
  readonly refusal: Refusal | null;
  /** When data were read that a refusal left as they are, in milliseconds since 1970; else null. */
  readonly asOf: number | null;
}

export interface Loaded<Data> extends Outcome<Data> {
  retry(this: void): void;
}

/**
 * Without an answer the data are those that the same query had last in this visit, and `asOf` is
 * their time. It is asked again by `retry`, and when the network returns.
 */
export function useQuery<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  asked: Service = service,
): Loaded<Data> {
  const key = JSON.stringify(variables);
  const [attempt, setAttempt] = useState(0);
  const [loaded, setLoaded] = useState<Outcome<Data>>({ data: null, refusal: null, asOf: null });
  useEffect(() => {
    let wanted = true;
    const operation = digestOf(document) + key;
    const { lastAnswers } = asked;
    asked.execute(document, JSON.parse(key) as Variables).then(
      (data) => {
        lastAnswers?.keep(operation, { data, at: Date.now() });
        if (wanted) setLoaded({ data, refusal: null, asOf: null });
      },
      (error: unknown) => {
        if (!wanted) return;
        const refusal = error instanceof Refusal ? error : Refusal.offline();
        setLoaded((before) => {
          if (lastAnswers === null) return { data: before.data, refusal, asOf: null };
          const last = refusal.isUnknown ? null : lastAnswers.of(operation);
          return { data: (last?.data ?? null) as Data | null, refusal, asOf: last?.at ?? null };
        });
      },
    );
    return () => {
      wanted = false;
    };
  }, [asked, document, key, attempt]);
  const retry = useCallback(() => {
    setAttempt((before) => before + 1);
  }, []);
  useOnline(loaded.refusal !== null, retry);
  return { ...loaded, retry };
}
