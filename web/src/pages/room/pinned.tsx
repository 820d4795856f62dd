/** The slip of the job that is shown now. Its height is the same for every job. */

import type { JobSlipFragment } from "../../gen/graphql";
import { formatPay } from "../../i18n/format";
import { roomWords } from "../../i18n/zh/room";
import { channelOf, type Scanned } from "../../interest/channel";
import { InterestButton } from "../../interest/interest_button";
import { Dotted } from "../../parts/dotted";
import { JobFacts } from "../../parts/job_facts";
import { addressOf, type Presented } from "../../parts/job_slip";
import { useWords } from "../../shell/preferences";
import type { RoomState } from "./room_state";

export function Pinned({ state, scanned }: { state: RoomState; scanned: Scanned | null }) {
  const words = useWords(roomWords);
  const { pinned, last, session, status } = state;
  const shown = pinned ?? last;
  if (shown === null) {
    // Only on air does a job come next, so only then is its room kept.
    const onAir = status === "LIVE" || status === "INTERRUPTED";
    return (
      <section class={onAir ? "pinned empty awaiting" : "pinned empty"}>
        <p class="second">{status === "LIVE" ? words.room.nothing : words.room.seeJobs}</p>
      </section>
    );
  }
  const presented = { sessionId: session.id, code: scanned?.code ?? null };
  return (
    <>
      <section class="pinned">
        <PinnedSlip
          job={shown}
          label={pinned === null ? words.room.last : words.room.pinned}
          presented={presented}
        />
        <InterestButton
          target={{
            job: shown,
            channel: channelOf({ id: session.id, status }, scanned),
            union: session.union.name,
          }}
        />
      </section>
      <p class="just-shown small">
        {pinned !== null && last !== null && (
          <a href={addressOf(last.id, presented)}>
            {words.room.last}: <span lang="zh-CN">{last.title}</span>
          </a>
        )}
      </p>
    </>
  );
}

interface PinnedSlipProps {
  readonly job: JobSlipFragment;
  readonly label: string;
  readonly presented: Presented;
}

function PinnedSlip({ job, label, presented }: PinnedSlipProps) {
  const words = useWords();
  return (
    <a class="pinned-slip" href={addressOf(job.id, presented)} aria-live="polite">
      <span class="second small">
        <Dotted>
          {label}
          {job.employer.verified && `✓ ${words.job.verified}`}
        </Dotted>
      </span>
      <strong lang="zh-CN">{job.title}</strong>
      <span class="pay lead">{formatPay(job.pay, words)}</span>
      <JobFacts job={job} />
    </a>
  );
}
