/** `/console`: the sessions of a host, or those of an officer's union and its branches. */

import { useState } from "preact/hooks";
import {
  StaffSessionsDocument,
  type LiveSessionFilter,
  type StaffSessionsQuery,
} from "../gen/graphql";
import { formatTime } from "../i18n/time";
import { Dotted } from "../parts/dotted";
import { Empty, Failed, Loading } from "../parts/notices";
import { useWords } from "../shell/preferences";
import { useQuery } from "../shell/use_query";
import { staff, useConsoleWords } from "./service";

type Session = StaffSessionsQuery["liveSessions"]["edges"][number]["node"];

export function Sessions({ filter }: { filter: LiveSessionFilter }) {
  const words = useConsoleWords();
  const [after, setAfter] = useState<string | null>(null);
  const { data, refusal, retry } = useQuery(
    StaffSessionsDocument,
    { filter, after },
    staff.service,
  );
  if (data === null) {
    return refusal === null ? <Loading /> : <Failed refusal={refusal} retry={retry} />;
  }
  const { edges, pageInfo } = data.liveSessions;
  if (edges.length === 0 && after === null) {
    return <Empty text={words.sessions.none} href="/console/new" action={words.sessions.make} />;
  }
  return (
    <>
      <div class="row">
        <h1>{words.sessions.title}</h1>
        <a class="button main" href="/console/new">
          {words.sessions.make}
        </a>
      </div>
      <ul class="cards">
        {edges.map(({ node }) => (
          <li key={node.id}>
            <Card session={node} />
          </li>
        ))}
      </ul>
      {pageInfo.hasNextPage && (
        <button
          type="button"
          class="wide"
          onClick={() => {
            setAfter(pageInfo.endCursor);
          }}
        >
          {words.sessions.more}
        </button>
      )}
    </>
  );
}

function Card({ session }: { session: Session }) {
  const words = useWords();
  const own = useConsoleWords();
  const { id, title, status, startsAt, host, interests, peakViewers } = session;
  const isOver = status === "ENDED" || status === "CANCELLED";
  return (
    <article class="slip">
      <span class="row">
        <strong lang="zh-CN">{title}</strong>
        <span class={status === "LIVE" ? "mark live" : "mark"}>{own.status[status]}</span>
      </span>
      <span class="second">
        <Dotted>
          {formatTime(startsAt, words)}
          <span lang="zh-CN">{host.name}</span>
        </Dotted>
      </span>
      <span class="second small">{own.sessions.facts(interests, peakViewers)}</span>
      <span class="actions">
        <a class="button" href={`/console/${encodeURIComponent(id)}`}>
          {own.sessions.open}
        </a>
        {!isOver && (
          <a class="button quiet" href={`/console/${encodeURIComponent(id)}/edit`}>
            {own.sessions.edit}
          </a>
        )}
      </span>
    </article>
  );
}
