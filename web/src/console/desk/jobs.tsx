/** The running order: what is shown, what comes next, what each job has brought. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { formatPay } from "../../i18n/format";
import { Fault } from "../../parts/notices";
import { useWords } from "../../shell/preferences";
import { useAttempt } from "../../shell/use_attempt";
import { useConsoleWords } from "../service";
import { show } from "./acts";
import { nextJob, openJobs, UNDO_MS, type DeskState } from "./desk_state";
import { useKeys } from "./keys";

interface Undo {
  /** The job that is shown now; null when one was taken down. */
  readonly title: string | null;
  readonly previousId: string | null;
}

export function Jobs({ state }: { state: DeskState }) {
  const words = useWords();
  const own = useConsoleWords().desk;
  const { fault, busy, run } = useAttempt();
  const [undo, setUndo] = useState<Undo | null>(null);
  const isLive = state.status === "LIVE";
  const jobs = openJobs(state);
  const next = nextJob(state);
  const { id } = state.session;
  const { pinnedId } = state;
  const change = useCallback(
    async (postingId: string | null, title: string | null) => {
      if (busy) return;
      setUndo(null); // what an undo would return to is changing
      const done = await run(() => show(id, postingId));
      setUndo(done ? { title, previousId: pinnedId } : null);
    },
    [busy, run, id, pinnedId],
  );
  useEffect(() => {
    if (undo === null) return;
    const timer = setTimeout(() => {
      setUndo(null);
    }, UNDO_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [undo]);
  const showNext = () => {
    if (next !== null && isLive) void change(next.id, next.title);
  };
  const takeDown = () => {
    if (pinnedId !== null && isLive) void change(null, null);
  };
  useKeys({ KeyN: showNext, KeyU: takeDown });
  const pinned = jobs.find((job) => job.id === pinnedId);
  return (
    <section aria-labelledby="desk-jobs" class="desk-part">
      <h2 id="desk-jobs">{own.tabs.jobs}</h2>
      <div class="slip" aria-current={pinned === undefined ? undefined : "true"}>
        <span class="small second">{own.shown}</span>
        <strong lang={pinned === undefined ? undefined : "zh-CN"}>
          {pinned?.title ?? own.nothingShown}
        </strong>
        {pinned !== undefined && (
          <span class="row">
            <span class="pay">{formatPay(pinned.pay, words)}</span>
            <button type="button" disabled={!isLive} onClick={takeDown}>
              {own.unpin}
            </button>
          </span>
        )}
      </div>
      <button
        type="button"
        class="wide main"
        disabled={!isLive || next === null}
        onClick={showNext}
      >
        {next === null ? own.noNext : own.next}
        {next !== null && <span lang="zh-CN">{next.title}</span>}
      </button>
      <div role="status" class="undo">
        {undo !== null && (
          <>
            <span>
              {undo.title === null ? own.nowHidden : own.nowShown}
              {undo.title !== null && <span lang="zh-CN">{undo.title}</span>}
            </span>
            <button
              type="button"
              onClick={() => {
                setUndo(null);
                void run(() => show(id, undo.previousId));
              }}
            >
              {own.undo}
            </button>
          </>
        )}
      </div>
      <Fault text={fault} />
      <ol class="order">
        {jobs.map((job) => (
          <li key={job.id} aria-current={job.id === pinnedId ? "true" : undefined}>
            <span class="job-line">
              <strong lang="zh-CN">{job.title}</strong>
              <span class="small second">
                {formatPay(job.pay, words)} {own.jobInterests(state.interestsOf.get(job.id) ?? 0)}
              </span>
            </span>
            <button
              type="button"
              aria-label={own.showing(job.title)}
              disabled={!isLive || job.id === pinnedId}
              onClick={() => {
                void change(job.id, job.title);
              }}
            >
              {own.show}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
