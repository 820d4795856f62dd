/** The picture of a session that is over: its recording with its length and last day, or why none. */

import { useEffect, useState } from "preact/hooks";
import { RoomReplayDocument } from "../../gen/graphql";
import { formatLength } from "../../i18n/recordings";
import { formatTime } from "../../i18n/time";
import { replayWords } from "../../i18n/zh/replay";
import { useWords } from "../../shell/preferences";
import { useQuery } from "../../shell/use_query";
import { Video } from "./video";

/** A recording is there within a minute of the end; no event tells it. */
const ASK_AGAIN_MS = 15_000;
const MAX_QUERIES = 6;

interface ReplayProps {
  readonly id: string;
  readonly title: string;
  readonly poster: string;
}

export default function Replay({ id, title, poster }: ReplayProps) {
  const words = useWords(replayWords);
  const own = words.replay;
  const { data, retry } = useQuery(RoomReplayDocument, { id });
  const [queries, setQueries] = useState(1);
  const [isOpen, setOpen] = useState(false);
  const [isGone, setGone] = useState(false);
  const [openedAt] = useState(() => Date.now());
  const session = data?.liveSession ?? null;
  const replay = session?.replay ?? null;
  const endedAt = Date.parse(session?.endedAt ?? "");
  // A phone whose clock is wrong asks as often, and no more.
  const mayCome =
    replay === null && queries < MAX_QUERIES && openedAt - endedAt < MAX_QUERIES * ASK_AGAIN_MS;
  useEffect(() => {
    if (!mayCome) return undefined;
    const timer = setTimeout(() => {
      setQueries((before) => before + 1);
      retry();
    }, ASK_AGAIN_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [mayCome, queries, retry]);
  if (session === null) return null;
  if (replay === null || isGone) {
    return <p class="second">{mayCome ? own.preparing : isGone ? own.gone : own.none}</p>;
  }
  const length = formatLength(replay.durationSeconds);
  return (
    <figure class="picture">
      {isOpen && (
        <div class="frame">
          <Video
            url={replay.hlsUrl}
            poster={poster}
            title={title}
            isReplay
            onGone={() => {
              setGone(true);
            }}
          />
        </div>
      )}
      <figcaption class="second">
        {!isOpen && (
          <button
            type="button"
            onClick={() => {
              setOpen(true);
            }}
          >
            {own.watch(length)}
          </button>
        )}
        <span>{own.until(formatTime(replay.expiresAt, words))}</span>
      </figcaption>
    </figure>
  );
}
