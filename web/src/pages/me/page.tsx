import { useState } from "preact/hooks";
import { explain } from "../../shell/explain";
import {
  EraseMyDataDocument,
  ExportMyDataDocument,
  MyLeadsDocument,
  type ExportMyDataMutation,
  type MyLeadsQuery,
} from "../../gen/graphql";
import { formatPay, formatPlace, formatTime } from "../../i18n/format";
import type { Registrations } from "../../interest/registrations";
import { useRegistrations } from "../../interest/use_registrations";
import { Empty, Failed, Loading } from "../../parts/notices";
import { useWords } from "../../shell/preferences";
import { service } from "../../shell/service";
import { useQuery } from "../../shell/use_query";

/** `/me`: how far each interest is; withdraw, download, delete. */
export default function MePage() {
  const words = useWords();
  const registrations = useRegistrations();
  const { receipt } = registrations;
  if (receipt === null) {
    return <Empty text={words.me.none} href="/jobs" action={words.home.toBoard} />;
  }
  return (
    <>
      <h1>{words.me.title}</h1>
      <MyLeads receipt={receipt} />
      <MyData receipt={receipt} registrations={registrations} />
    </>
  );
}

function MyLeads({ receipt }: { receipt: string }) {
  const { data, refusal, retry } = useQuery(MyLeadsDocument, { receipt });
  if (data?.myLeads == null) {
    return refusal === null ? <Loading /> : <Failed refusal={refusal} retry={retry} />;
  }
  return (
    <ul class="cards">
      {data.myLeads.edges.map(({ node }) => (
        <li key={node.id}>
          <MyLead lead={node} onChanged={retry} />
        </li>
      ))}
    </ul>
  );
}

type Lead = NonNullable<MyLeadsQuery["myLeads"]>["edges"][number]["node"];

function MyLead(props: { lead: Lead; onChanged(this: void): void }) {
  const { lead, onChanged } = props;
  const words = useWords();
  const registrations = useRegistrations();
  const [fault, setFault] = useState("");
  const withdraw = async () => {
    await registrations.withdrawLead(lead.id);
    onChanged();
  };
  return (
    <article class="slip">
      <strong lang="zh-CN">{lead.terms.title}</strong>
      <span class="pay">{formatPay(lead.terms.pay, words)}</span>
      <span lang="zh-CN">
        {[lead.employer.name, formatPlace(lead.terms.place)]
          .filter((each) => each !== "")
          .join(words.dot)}
      </span>
      <span class="second small">{formatTime(lead.createdAt, words)}</span>
      <b>{lead.withdrawnAt === null ? words.labels.stage[lead.stage] : words.me.withdrawn}</b>
      {fault !== "" && (
        <p role="alert" class="fault">
          {fault}
        </p>
      )}
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

function MyData({ receipt, registrations }: { receipt: string; registrations: Registrations }) {
  const words = useWords();
  const [sure, setSure] = useState(false);
  const [fault, setFault] = useState("");
  const report = (error: unknown) => {
    setFault(explain(error, words));
  };
  const download = async () => {
    const parts: unknown[] = [];
    let after: string | null = null;
    do {
      const data: ExportMyDataMutation = await service.execute(ExportMyDataDocument, {
        receipt,
        after,
      });
      const result = data.exportMyData;
      if (result.__typename !== "MyDataExported") {
        setFault(result.message);
        return;
      }
      parts.push(result.data);
      after = result.next;
    } while (after !== null);
    save("songgang.json", JSON.stringify(parts, null, 2));
  };
  const erase = async () => {
    if (!sure) {
      setSure(true);
      return;
    }
    const { eraseMyData: result } = await service.execute(EraseMyDataDocument, { receipt });
    if ("code" in result) setFault(result.message);
    else registrations.forget();
  };
  return (
    <section class="actions">
      {registrations.person !== null && registrations.remembers && (
        <>
          <p>{words.me.remembered(registrations.person.name)}</p>
          <button
            type="button"
            onClick={() => {
              registrations.forget();
            }}
          >
            {words.me.forget}
          </button>
        </>
      )}
      <button type="button" onClick={() => void download().catch(report)}>
        {words.me.export}
      </button>
      <button type="button" onClick={() => void erase().catch(report)}>
        {sure ? words.me.eraseSure : words.me.erase}
      </button>
      {fault !== "" && (
        <p role="alert" class="fault">
          {fault}
        </p>
      )}
    </section>
  );
}

function save(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
