/** Live figures: large digits, and a line of viewers over bars of interests a minute. */

import { formatCount } from "../../i18n/time";
import { useWords } from "../../shell/preferences";
import { useConsoleWords } from "../service";
import { interestsInLastMinute, MINUTES, minutesOf, type DeskState } from "./desk_state";

const WIDTH = 320;
const HEIGHT = 72;

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
