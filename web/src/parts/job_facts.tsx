/** 上海浦东新区·白班·五险·包住: what people ask first. */

import type { JobSlipFragment } from "../gen/graphql";
import { formatInsurance, formatPlace } from "../i18n/format";
import { useWords } from "../shell/preferences";
import { Dotted } from "./dotted";

const MAX_BENEFITS = 3;

export function JobFacts({ job }: { job: JobSlipFragment }) {
  const words = useWords();
  const place = formatPlace(job.place);
  return (
    <Dotted>
      {place !== "" && <span lang="zh-CN">{place}</span>}
      {words.labels.shift[job.shift]}
      {formatInsurance(job.insurance, words)}
      {job.benefits.slice(0, MAX_BENEFITS).map((each) => words.labels.benefit[each])}
    </Dotted>
  );
}
