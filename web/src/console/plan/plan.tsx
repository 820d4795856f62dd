/** `/console/new`, `/console/<id>/edit`: plan a session, or change it, also on air. */

import { useState } from "preact/hooks";
import { Refusal } from "../../api/refusal";
import {
  EditSessionDocument,
  ScheduleSessionDocument,
  SessionPlanDocument,
  type EditSessionInput,
  type Honour,
  type PlannedJobFragment,
  type ScheduleSessionInput,
  type SessionFormat,
  type SessionPlanQuery,
} from "../../gen/graphql";
import { Failed, Fault, Loading } from "../../parts/notices";
import { Select } from "../../parts/select";
import { explain } from "../../shell/explain";
import { useWords } from "../../shell/preferences";
import { go } from "../../shell/links";
import { useQuery } from "../../shell/use_query";
import { isOnAir } from "../desk/desk_state";
import { staff, useConsoleWords } from "../service";
import { fromChina, toChina } from "./china_time";
import { ChosenJobs } from "./chosen_jobs";

type Planned = NonNullable<SessionPlanQuery["liveSession"]>;

export function MakeSession({ host }: { host: string }) {
  return <PlanForm planned={null} host={host} />;
}

export function EditSession({ id }: { id: string }) {
  const words = useConsoleWords();
  const { data, refusal, retry } = useQuery(SessionPlanDocument, { id }, staff.service);
  if (data === null) {
    return refusal === null ? <Loading /> : <Failed refusal={refusal} retry={retry} />;
  }
  if (data.liveSession === null) return <h1>{words.desk.unknown}</h1>;
  return <PlanForm planned={data.liveSession} host="" />;
}

interface Plan {
  readonly title: string;
  readonly format: SessionFormat;
  readonly host: string;
  readonly honour: Honour | "";
  /** In China, as `<input type="datetime-local">` has it. */
  readonly start: string;
  readonly description: string;
  readonly jobs: readonly PlannedJobFragment[];
}

function PlanForm({ planned, host }: { planned: Planned | null; host: string }) {
  const words = useWords();
  const own = useConsoleWords();
  const [plan, setPlan] = useState<Plan>(() => planOf(planned, host));
  const [refusal, setRefusal] = useState<{ text: string; field: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (changed: Partial<Plan>) => {
    setPlan((before) => ({ ...before, ...changed }));
  };
  const isLive = isOnAir(planned?.status);
  const movable = planned?.postings.pageInfo.hasNextPage !== true;
  const save = async () => {
    if (plan.jobs.length === 0) {
      setRefusal({ text: own.plan.noJobs, field: "postingIds" });
      return;
    }
    setBusy(true);
    setRefusal(null);
    try {
      go(`/console/${encodeURIComponent(await send(plan, planned, movable))}`);
    } catch (error) {
      const field = error instanceof Refusal ? (error.field?.[1] ?? "") : "";
      setRefusal({ text: explain(error, words), field });
      setBusy(false);
    }
  };
  const faultOf = (...fields: string[]) =>
    refusal !== null && fields.includes(refusal.field) ? refusal.text : "";
  const elsewhere = ["title", "host", "startsAt", "description", "postingIds", "addPostingIds"];
  return (
    <form
      class="plan"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void save();
      }}
    >
      <h1>{planned === null ? own.plan.make : own.plan.edit}</h1>
      {isLive && <p class="warning">{own.plan.onAir}</p>}
      <label>
        {own.plan.name}
        <input
          required
          maxLength={120}
          value={plan.title}
          onInput={(event) => {
            set({ title: event.currentTarget.value });
          }}
        />
      </label>
      <Fault text={faultOf("title")} />
      {planned === null && (
        <Select
          label={own.plan.format}
          value={plan.format}
          options={Object.entries(own.format)}
          onChange={(format) => {
            set({ format: format as SessionFormat });
          }}
        />
      )}
      <div class="pair">
        <label>
          {own.plan.host}
          <input
            required
            maxLength={40}
            value={plan.host}
            onInput={(event) => {
              set({ host: event.currentTarget.value });
            }}
          />
        </label>
        <Select
          label={own.plan.honour}
          value={plan.honour}
          options={[["", own.plan.noHonour], ...Object.entries(own.honour)]}
          onChange={(honour) => {
            set({ honour: honour as Honour | "" });
          }}
        />
      </div>
      <Fault text={faultOf("host")} />
      {!isLive && (
        <label>
          {own.plan.start}
          <input
            type="datetime-local"
            required
            value={plan.start}
            onInput={(event) => {
              set({ start: event.currentTarget.value });
            }}
          />
        </label>
      )}
      <Fault text={faultOf("startsAt")} />
      <label>
        {own.plan.description}
        <textarea
          rows={3}
          maxLength={2000}
          value={plan.description}
          onInput={(event) => {
            set({ description: event.currentTarget.value });
          }}
        />
      </label>
      <Fault text={faultOf("description")} />
      {!movable && <p class="warning">{own.plan.tooMany}</p>}
      <ChosenJobs
        jobs={plan.jobs}
        fixed={isLive || !movable ? plan.jobs.length : 0}
        movable={movable}
        onChange={(jobs) => {
          set({ jobs });
        }}
      />
      <Fault text={faultOf("postingIds", "addPostingIds")} />
      {refusal !== null && !elsewhere.includes(refusal.field) && <Fault text={refusal.text} />}
      <div class="actions">
        <button class="main" aria-disabled={busy}>
          {planned === null ? own.plan.schedule : own.plan.save}
        </button>
        <a
          class="button"
          href={planned === null ? "/console" : `/console/${encodeURIComponent(planned.id)}`}
        >
          {own.plan.back}
        </a>
      </div>
    </form>
  );
}

function planOf(planned: Planned | null, host: string): Plan {
  return {
    title: planned?.title ?? "",
    format: planned?.format ?? "CHAIR_LIVE",
    host: planned?.host.name ?? host,
    honour: planned?.host.honour ?? "",
    start: planned === null ? "" : toChina(planned.startsAt),
    description: planned?.description ?? "",
    jobs: planned?.postings.edges.map((edge) => edge.node) ?? [],
  };
}

/** Store the plan, and return the id of its session. */
async function send(plan: Plan, planned: Planned | null, movable: boolean): Promise<string> {
  const { title, description, format } = plan;
  const host = { name: plan.host, honour: plan.honour === "" ? null : plan.honour };
  const ids = plan.jobs.map((job) => job.id);
  if (planned === null) {
    const input = {
      title,
      description,
      format,
      host,
      startsAt: fromChina(plan.start),
      postingIds: ids,
    } as ScheduleSessionInput;
    const data = await staff.service.execute(ScheduleSessionDocument, { input });
    const result = data.scheduleSession;
    if (result.__typename !== "SessionScheduled") throw new Refusal(result);
    return result.session.id;
  }
  const known = planned.postings.edges.map((edge) => edge.node.id);
  const isMoved = ids.join() !== known.join();
  const isStartChanged = plan.start !== toChina(planned.startsAt);
  const input = {
    sessionId: planned.id,
    title,
    description,
    host,
    startsAt: isStartChanged ? fromChina(plan.start) : null,
    postingIds: movable && isMoved ? ids : null,
    addPostingIds: movable ? null : ids.filter((id) => !known.includes(id)),
  } as EditSessionInput;
  const { editSession: result } = await staff.service.execute(EditSessionDocument, { input });
  if (result.__typename !== "SessionChanged") throw new Refusal(result);
  return result.session.id;
}
