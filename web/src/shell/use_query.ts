/** Data of a query for a page: loading, there, or refused; with what was there before. */

import { useCallback, useEffect, useState } from "preact/hooks";
import type { TypedDocumentString } from "../gen/graphql";
import { Refusal } from "../api/refusal";
import type { Service } from "../api/service";
import { service } from "./service";

export interface Loaded<Data> {
  readonly data: Data | null;
  readonly refusal: Refusal | null;
  retry(this: void): void;
}

export function useQuery<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  asked: Service = service,
): Loaded<Data> {
  const key = JSON.stringify(variables);
  const [attempt, setAttempt] = useState(0);
  const [loaded, setLoaded] = useState<Omit<Loaded<Data>, "retry">>({ data: null, refusal: null });
  useEffect(() => {
    let wanted = true;
    asked.execute(document, JSON.parse(key) as Variables).then(
      (data) => {
        if (wanted) setLoaded({ data, refusal: null });
      },
      (error: unknown) => {
        const refusal = error instanceof Refusal ? error : Refusal.offline();
        if (wanted) setLoaded((before) => ({ data: before.data, refusal }));
      },
    );
    return () => {
      wanted = false;
    };
  }, [asked, document, key, attempt]);
  const retry = useCallback(() => {
    setAttempt((before) => before + 1);
  }, []);
  return { ...loaded, retry };
}
