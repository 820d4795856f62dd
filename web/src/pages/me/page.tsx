import { useState } from "preact/hooks";
import {
  BoardDocument,
  MyLeadsDocument,
  type MyLeadsQuery,
  type PostingFilter,
} from "../../gen/graphql";
import { formatPay, formatPlace } from "../../i18n/format";
import { formatTime } from "../../i18n/time";
import { meWords } from "../../i18n/zh/me";
import { sheetWords } from "../../i18n/zh/sheet";
import { CodeStep } from "../../interest/code_step";
import { registrar } from "../../interest/registrar";
import { useRegistrations } from "../../interest/use_registrations";
import { Sheet } from "../../parts/dialog";
import { Dotted } from "../../parts/dotted";
import { JobSlip } from "../../parts/job_slip";
import { Empty, Failed, Fault, Loading } from "../../parts/notices";
import { explain } from "../../shell/explain";
import { useWords } from "../../shell/preferences";
import { useQuery } from "../../shell/use_query";
import { MyData } from "./my_data";

/** `/me`: how far each interest is; confirm, withdraw, correct, download, delete. */
export default function MePage() {
  const words = useWords(meWords);
  const { receipt } = useRegistrations();
  if (receipt === null) return <Nothing />;
  return (
    <div class="mine">
      <h1>{words.me.title}</h1>
      <MyLeads receipt={receipt} />
      <div class="actions">
        <a class="button" href="/me/wishes">
          {words.me.wishes}
        </a>
      </div>
      <MyData receipt={receipt} />
    </div>
  );
}

const ALL: PostingFilter = {};
const SOME_JOBS = 3;

/** Nobody registered here: three jobs to begin with, and a way to wishes. */
function Nothing() {
  const words = useWords(meWords);
  const { data } = useQuery(BoardDocument, { filter: ALL });
  const jobs = data?.postings.edges.slice(0, SOME_JOBS).map((edge) => edge.node) ?? [];
  return (
    <>
      <Empty text={words.me.none} href="/me/wishes" action={words.me.wishes} />
      {jobs.length > 0 && <h2>{words.me.some}</h2>}
      <ul class="cards">
        {jobs.map((job) => (
          <li key={job.id}>
            <JobSlip job={job} />
          </li>
        ))}
      </ul>
    </>
  );
}

function MyLeads({ receipt }: { receipt: string }) {
  const { data, refusal, asOf, retry } = useQuery(MyLeadsDocument, { receipt });
  const words = useWords(sheetWords);
  const { person } = useRegistrations();
  const [confirming, setConfirming] = useState(false);
  if (data?.myLeads == null) {
    return refusal === null ? <Loading /> : <Failed refusal={refusal} retry={retry} />;
  }
  const leads = data.myLeads.edges.map((edge) => edge.node);
  return (
    <>
      {refusal !== null && <Failed refusal={refusal} asOf={asOf} retry={retry} />}
      {person !== null && leads.some(isPending) && (
        <button
          type="button"
          class="main wide"
          onClick={() => {
            setConfirming(true);
          }}
        >
          {words.sheet.enterCode}
        </button>
      )}
      <ul class="cards">
        {leads.map((lead) => (
          <li key={lead.id}>
            <MyLead lead={lead} onChanged={retry} />
          </li>
        ))}
      </ul>
      {confirming && (
        <Sheet
          title={words.sheet.enterCode}
          onClose={() => {
            setConfirming(false);
          }}
        >
          <CodeStep
            postingId={null}
            onDone={() => {
              setConfirming(false);
              retry();
            }}
          />
        </Sheet>
      )}
    </>
  );
}

type Lead = NonNullable<MyLeadsQuery["myLeads"]>["edges"][number]["node"];

function isPending(lead: Lead): boolean {
  return lead.confirmation === "UNCONFIRMED" && lead.withdrawnAt === null;
}

function MyLead(props: { lead: Lead; onChanged(this: void): void }) {
  const { lead, onChanged } = props;
  const words = useWords(meWords);
  const [fault, setFault] = useState("");
  const withdraw = async () => {
    await registrar.withdrawLead(lead.id);
    onChanged();
  };
  const place = formatPlace(lead.terms.place);
  const stage = isPending(lead) ? words.interest.pending : words.me.stage[lead.stage];
  return (
    <article class="slip">
      <strong lang="zh-CN">{lead.terms.title}</strong>
      <span class="pay">{formatPay(lead.terms.pay, words)}</span>
      <span lang="zh-CN">
        <Dotted>
          {lead.employer.name}
          {place !== "" && place}
        </Dotted>
      </span>
      <div class="row">
        <b class="stage-now">{lead.withdrawnAt === null ? stage : words.me.withdrawn}</b>
        <span class="second small">{formatTime(lead.createdAt, words)}</span>
      </div>
      <Fault text={fault} />
      {lead.withdrawnAt === null && (
        <button
          type="button"
          onClick={() => {
            withdraw().catch((error: unknown) => {
              setFault(explain(error, words));
            });
          }}
        >
          {words.me.withdraw}
        </button>
      )}
    </article>
  );
}
