/** Live figures: large digits, and a line of viewers over bars of interests a minute. */

import { formatCount } from "../../i18n/format";
import { useWords } from "../../shell/preferences";
import { useConsoleWords } from "../service";
import { interestsInLastMinute, type DeskState, type Sample } from "./desk_state";

const WIDTH = 320;
const HEIGHT = 72;
const MINUTES = 30;

export function Figures({ state, now }: { state: DeskState; now: number }) {
  const words = useWords();
  const own = useConsoleWords().desk;
  const { viewers, peakViewers, interests } = state.session;
  return (
    <dl class="figures">
      <div>
        <dt>{own.viewers}</dt>
        <dd>{formatCount(viewers, words)}</dd>
        <dd class="small">{own.peak(peakViewers)}</dd>
      </div>
      <div>
        <dt>{own.interests}</dt>
        <dd>{formatCount(interests, words)}</dd>
      </div>
      <div>
        <dt>{own.perMinute}</dt>
        <dd>+{interestsInLastMinute(state, now)}</dd>
      </div>
    </dl>
  );
}

interface Minute {
  readonly at: number;
  readonly viewers: number;
  readonly interests: number;
}

/** The last half hour by minute: viewers at its end, interests that came in it. */
export function minutesOf(samples: readonly Sample[]): readonly Minute[] {
  const last = new Map<number, Sample>();
  for (const each of samples) last.set(Math.floor(each.at / 60_000), each);
  let before = samples[0]?.interests ?? 0;
  const minutes = [...last].map(([minute, each]) => {
    const interests = Math.max(0, each.interests - before);
    before = each.interests;
    return { at: minute * 60_000, viewers: each.viewers, interests };
  });
  return minutes.slice(-MINUTES);
}

export function Plot({ state }: { state: DeskState }) {
  const own = useConsoleWords().desk;
  const minutes = minutesOf(state.samples);
  const width = WIDTH / MINUTES;
  const topViewers = Math.max(1, ...minutes.map((each) => each.viewers));
  const topInterests = Math.max(1, ...minutes.map((each) => each.interests));
  const line = minutes
    .map((each, place) => {
      const x = (place + 0.5) * width;
      return `${x.toFixed(1)},${(HEIGHT - 4 - (each.viewers / topViewers) * (HEIGHT - 8)).toFixed(1)}`;
    })
    .join(" ");
  return (
    <figure class="plot">
      <svg viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} aria-hidden="true">
        {minutes.map((each, place) => {
          const height = (each.interests / topInterests) * (HEIGHT / 2);
          return (
            <rect
              key={each.at}
              x={place * width + 1}
              width={width - 2}
              y={HEIGHT - height}
              height={height}
            />
          );
        })}
        <polyline points={line} />
      </svg>
      <figcaption class="small second">{own.figures}</figcaption>
      <details class="whole">
        <summary>{own.table}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{own.minute}</th>
              <th scope="col">{own.viewers}</th>
              <th scope="col">{own.interests}</th>
            </tr>
          </thead>
          <tbody>
            {minutes.map((each) => (
              <tr key={each.at}>
                <td>{clockOf(each.at)}</td>
                <td>{each.viewers}</td>
                <td>{each.interests}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function clockOf(at: number): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: "Asia/Shanghai",
    hour: "2-digit",
    minute: "2-digit",
  }).format(at);
}
