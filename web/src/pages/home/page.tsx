import { HomeDocument, type HomeQuery, type SessionCardFragment } from "../../gen/graphql";
import { formatCount, formatTime } from "../../i18n/time";
import { homeWords } from "../../i18n/zh/home";
import { Dotted } from "../../parts/dotted";
import { Failed, Loading } from "../../parts/notices";
import { RemindButton } from "../../reminder/remind_button";
import { useWords } from "../../shell/preferences";
import { useQuery } from "../../shell/use_query";

const MAX_UPCOMING = 10;

/** `/`: who is live now, what comes next, what can be seen again. */
export default function HomePage() {
  const words = useWords(homeWords);
  const { data, refusal, asOf, retry } = useQuery(HomeDocument, {});
  return (
    <>
      <h1>{words.home.title}</h1>
      {refusal !== null && <Failed refusal={refusal} asOf={asOf} retry={retry} />}
      {data === null ? refusal === null && <Loading /> : <Sessions data={data} />}
    </>
  );
}

function Sessions({ data }: { data: HomeQuery }) {
  const words = useWords(homeWords);
  const live = data.live.edges.map((edge) => edge.node);
  const scheduled = data.scheduled.edges
    .map((edge) => edge.node)
    .reverse()
    .slice(0, MAX_UPCOMING);
  const ended = data.ended.edges.map((edge) => edge.node);
  const next = scheduled[0];
  return (
    <>
      {live.length === 0 && (
        <p class="answer">
          {next === undefined
            ? words.home.noneAtAll
            : words.home.upcoming(formatTime(next.startsAt, words))}
        </p>
      )}
      <Cards sessions={live} />
      {scheduled.length > 0 && <h2>{words.home.next}</h2>}
      <Cards sessions={scheduled} remindOf={next} />
      {ended.length > 0 && <h2>{words.home.past}</h2>}
      <Cards sessions={ended} />
      <p>
        <a class="button main wide" href="/jobs">
          {words.toBoard}
        </a>
      </p>
    </>
  );
}

interface CardsProps {
  readonly sessions: readonly SessionCardFragment[];
  /** The session that a button below its card reminds of. */
  readonly remindOf?: SessionCardFragment | undefined;
}

function Cards({ sessions, remindOf }: CardsProps) {
  const words = useWords();
  return (
    <ul class="cards">
      {sessions.map((session) => (
        <li key={session.id}>
          <a class="slip" href={`/live/${encodeURIComponent(session.id)}`}>
            <strong lang="zh-CN">{session.title}</strong>
            <span lang="zh-CN">
              <Dotted>
                {session.union.name}
                {session.host.name}
              </Dotted>
            </span>
            <span>
              {session.status === "LIVE" ? (
                <OnAir viewers={session.viewers} />
              ) : (
                formatTime(session.startsAt, words)
              )}
            </span>
          </a>
          {session.id === remindOf?.id && <RemindButton session={session} />}
        </li>
      ))}
    </ul>
  );
}

/** That a session is on air, and how many watch; an empty room is not counted out. */
function OnAir({ viewers }: { viewers: number }) {
  const words = useWords(homeWords);
  return (
    <>
      <b class="live">● {words.home.live}</b>{" "}
      {viewers > 0 && words.home.viewers(formatCount(viewers, words))}
    </>
  );
}
