/** The jobs of a session in running order: found by search, moved by buttons. */

import { useState } from "preact/hooks";
import { FindPostingsDocument, type PlannedJobFragment } from "../../gen/graphql";
import { formatPay } from "../../i18n/format";
import { Fault } from "../../parts/notices";
import { explain } from "../../shell/explain";
import { useWords } from "../../shell/preferences";
import { staff, useConsoleWords } from "../service";

interface ChosenJobsProps {
  readonly jobs: readonly PlannedJobFragment[];
  /** How many of them, from the first, were there before and cannot go. */
  readonly fixed: number;
  readonly movable: boolean;
  onChange(this: void, jobs: readonly PlannedJobFragment[]): void;
}

export function ChosenJobs({ jobs, fixed, movable, onChange }: ChosenJobsProps) {
  const words = useConsoleWords().plan;
  const [fixedIds] = useState(() => new Set(jobs.slice(0, fixed).map((job) => job.id)));
  const move = (from: number, to: number) => {
    const moved = [...jobs];
    moved.splice(to, 0, ...moved.splice(from, 1));
    onChange(moved);
  };
  return (
    <fieldset>
      <legend>{words.jobs(jobs.length)}</legend>
      <ol class="order">
        {jobs.map((job, place) => (
          <li key={job.id}>
            <Job job={job} />
            {movable && (
              <>
                <button
                  type="button"
                  aria-label={words.up(job.title)}
                  disabled={place === 0}
                  onClick={() => {
                    move(place, place - 1);
                  }}
                >
                  ↑
                </button>
                <button
                  type="button"
                  aria-label={words.down(job.title)}
                  disabled={place === jobs.length - 1}
                  onClick={() => {
                    move(place, place + 1);
                  }}
                >
                  ↓
                </button>
              </>
            )}
            {!fixedIds.has(job.id) && (
              <button
                type="button"
                aria-label={words.remove(job.title)}
                onClick={() => {
                  onChange(jobs.filter((each) => each.id !== job.id));
                }}
              >
                ×
              </button>
            )}
          </li>
        ))}
      </ol>
      <Search
        chosen={jobs}
        onAdd={(job) => {
          onChange([...jobs, job]);
        }}
      />
    </fieldset>
  );
}

function Job({ job }: { job: PlannedJobFragment }) {
  const words = useWords();
  return (
    <span class="job-line">
      <strong lang="zh-CN">{job.title}</strong>
      <span class="small second">
        {formatPay(job.pay, words)} <span lang="zh-CN">{job.employer.name}</span>
      </span>
    </span>
  );
}

interface SearchProps {
  readonly chosen: readonly PlannedJobFragment[];
  onAdd(this: void, job: PlannedJobFragment): void;
}

function Search({ chosen, onAdd }: SearchProps) {
  const words = useWords();
  const own = useConsoleWords().plan;
  const [text, setText] = useState("");
  const [found, setFound] = useState<readonly PlannedJobFragment[] | null>(null);
  const [fault, setFault] = useState("");
  const search = () => {
    setFault("");
    staff.service.execute(FindPostingsDocument, { filter: { search: text } }).then(
      (data) => {
        const jobs = data.postings.edges.map((edge) => edge.node);
        setFound(jobs.filter((job) => job.status === "OPEN"));
      },
      (error: unknown) => {
        setFault(explain(error, words));
      },
    );
  };
  return (
    <>
      <label>
        {own.find}
        <input
          type="search"
          maxLength={80}
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            // Enter searches; the form around it is sent by its own button.
            if (event.key !== "Enter" || event.isComposing) return;
            event.preventDefault();
            search();
          }}
        />
      </label>
      <button type="button" onClick={search}>
        {own.search}
      </button>
      <Fault text={fault} />
      <div role="status">{found?.length === 0 && <p>{own.notFound}</p>}</div>
      <ul class="order">
        {found?.map((job) => {
          const isChosen = chosen.some((each) => each.id === job.id);
          return (
            <li key={job.id}>
              <Job job={job} />
              <button
                type="button"
                disabled={isChosen}
                aria-label={`${isChosen ? own.added : own.add}：${job.title}`}
                onClick={() => {
                  onAdd(job);
                }}
              >
                {isChosen ? own.added : own.add}
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
