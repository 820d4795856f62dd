/** 上海浦东新区·白班·五险·包住: what people ask first. A line never breaks within a fact. */

import type { JobSlipFragment } from "../gen/graphql";
import { formatInsurance, formatPlace } from "../i18n/format";
import { useWords } from "../shell/preferences";

const MAX_BENEFITS = 3;

export function JobFacts({ job }: { job: JobSlipFragment }) {
  const words = useWords();
  const place = formatPlace(job.place);
  const facts = [
    words.labels.shift[job.shift],
    formatInsurance(job.insurance, words),
    ...job.benefits.slice(0, MAX_BENEFITS).map((each) => words.labels.benefit[each]),
  ];
  return (
    <span class="facts-line">
      {place !== "" && (
        <>
          <span lang="zh-CN">{place}</span>
          {words.dot}
          <wbr />
        </>
      )}
      {facts.map((fact, index) => (
        <span key={fact}>
          {fact}
          {index < facts.length - 1 && words.dot}
        </span>
      ))}
    </span>
  );
}
