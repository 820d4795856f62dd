import { useEffect, useState } from "preact/hooks";
import type { Benefit, BoardQuery, PostingFilter, Shift } from "../../gen/graphql";
import { BoardDocument } from "../../gen/graphql";
import { formatCount } from "../../i18n/time";
import type { WordsWith } from "../../i18n/words";
import { boardWords } from "../../i18n/zh/board";
import { JobSlip } from "../../parts/job_slip";
import { Failed, Loading } from "../../parts/notices";
import { PAY_STEPS, Select, SHIFTS } from "../../parts/select";
import { useWords } from "../../shell/preferences";
import { go } from "../../shell/links";
import type { PageProps } from "../../shell/routes";
import { service } from "../../shell/service";
import { useQuery } from "../../shell/use_query";
import { SearchField } from "./search_field";

const BENEFITS: readonly Benefit[] = ["MEALS", "DORMITORY", "SHUTTLE_BUS", "HOUSING_FUND"];

/** `/jobs`: open jobs. The address holds search and filters, so a list can be shared. */
export default function BoardPage({ query }: PageProps) {
  const words = useWords(boardWords);
  const { data, refusal, asOf, retry } = useQuery(BoardDocument, { filter: filterOf(query) });
  return (
    <>
      <h1>{words.board.title}</h1>
      <Filters query={query} />
      {refusal !== null && <Failed refusal={refusal} asOf={asOf} retry={retry} />}
      {data === null ? refusal === null && <Loading /> : <Found data={data} query={query} />}
    </>
  );
}

function Filters({ query }: { query: URLSearchParams }) {
  const words = useWords(boardWords);
  const choose = (name: string) => (value: string) => {
    go(addressWith(query, name, value));
  };
  return (
    <section class="filters">
      <SearchField
        value={query.get("search") ?? ""}
        onSearch={(text) => {
          go(addressWith(query, "search", text));
        }}
      />
      <div class="choices">
        <Select
          label={words.board.pay}
          value={query.get("pay") ?? ""}
          options={PAY_STEPS.map((each) => [String(each), words.board.yuan(each)])}
          optional
          onChange={choose("pay")}
        />
        <Select
          label={words.board.shift}
          value={query.get("shift") ?? ""}
          options={SHIFTS.map((each) => [each, words.labels.shift[each]])}
          optional
          onChange={choose("shift")}
        />
        <Select
          label={words.board.benefit}
          value={query.get("benefit") ?? ""}
          options={BENEFITS.map((each) => [each, words.labels.benefit[each]])}
          optional
          onChange={choose("benefit")}
        />
      </div>
    </section>
  );
}

function Found({ data, query }: { data: BoardQuery; query: URLSearchParams }) {
  const words = useWords(boardWords);
  const more = useMore(data, query);
  const { total } = data.postings.facets;
  if (total === 0) return <None query={query} />;
  return (
    <>
      <p role="status" class="second">
        {words.board.found(formatCount(total, words))}
      </p>
      <ul class="cards">
        {more.jobs.map((job) => (
          <li key={job.id}>
            <JobSlip job={job} />
          </li>
        ))}
      </ul>
      {more.next !== null && (
        <button type="button" class="wide" onClick={more.load}>
          {words.more}
        </button>
      )}
    </>
  );
}

/** Each filter can be dropped by one tap. */
function None({ query }: { query: URLSearchParams }) {
  const words = useWords(boardWords);
  return (
    <section class="notice" role="status">
      <p>{words.board.none}</p>
      {[...query].map(([name, value]) => (
        <a key={name} class="button" href={addressWith(query, name, "")}>
          {words.board.drop(labelOf(name, value, words))}
        </a>
      ))}
      <a class="button main" href="/jobs">
        {words.board.dropAll}
      </a>
    </section>
  );
}

function useMore(data: BoardQuery, query: URLSearchParams) {
  const first = data.postings;
  const [pages, setPages] = useState([first]);
  useEffect(() => {
    setPages([first]);
  }, [first]);
  const { pageInfo } = pages[pages.length - 1] ?? first;
  const next = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  const load = () => {
    service.execute(BoardDocument, { filter: filterOf(query), after: next }).then(
      (loaded) => {
        setPages((before) => [...before, loaded.postings]);
      },
      () => undefined, // The button stays, and the next tap tries again.
    );
  };
  return { jobs: pages.flatMap((page) => page.edges.map((edge) => edge.node)), next, load };
}

function labelOf(name: string, value: string, words: WordsWith<"board">): string {
  if (name === "pay") return words.board.yuan(Number(value));
  if (name === "shift") return words.labels.shift[value as Shift];
  if (name === "benefit") return words.labels.benefit[value as Benefit];
  return value;
}

/** What an address asks for. Values that we never write are left out, not an error. */
export function filterOf(query: URLSearchParams): PostingFilter {
  const search = query.get("search")?.trim() ?? "";
  const pay = Number(query.get("pay"));
  const shift = SHIFTS.find((each) => each === query.get("shift"));
  const benefit = BENEFITS.find((each) => each === query.get("benefit"));
  return {
    ...(search !== "" && { search: search.slice(0, 60) }),
    ...(PAY_STEPS.includes(pay) && { payFrom: pay }),
    ...(shift !== undefined && { shifts: [shift] }),
    ...(benefit !== undefined && { benefits: [benefit] }),
  };
}

function addressWith(query: URLSearchParams, name: string, value: string): string {
  const changed = new URLSearchParams(query);
  if (value === "") changed.delete(name);
  else changed.set(name, value);
  const text = changed.toString();
  return text === "" ? "/jobs" : `/jobs?${text}`;
}
