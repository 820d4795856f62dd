/** What a person agrees to: one sentence, and the whole text on demand in one language. */

import type { InterestIn } from "./interest_button";
import { sheetWords } from "../i18n/zh/sheet";
import { useWords } from "../shell/preferences";

export function ConsentSentence({ target }: { target: InterestIn }) {
  const words = useWords(sheetWords);
  const { union, job } = target;
  const [before, between, after] = words.sheet.consent;
  return (
    <>
      {before}
      {union === null ? words.sheet.theUnion : <span lang="zh-CN">{union}</span>}
      {between}
      <span lang="zh-CN">{job.employer.name}</span>
      {after}
    </>
  );
}

/** The whole text. It is what the lead stores; the sentence above it only sums it up. */
export function WholeConsent({ body }: { body: string }) {
  const words = useWords(sheetWords);
  return (
    <details class="whole">
      <summary>{words.sheet.wholeText}</summary>
      <p class="text">{inLanguage(body, words.language)}</p>
    </details>
  );
}

const CHINESE = /\p{Script=Han}/gu;

/** The paragraphs of a text in two languages that are in this one; all if none is. */
function inLanguage(body: string, language: string): string {
  const paragraphs = body.split(/\n{2,}/u);
  const chosen = paragraphs.filter((each) => isChinese(each) === language.startsWith("zh"));
  return (chosen.length === 0 ? paragraphs : chosen).join("\n\n").trim();
}

/** Names of firms in an English sentence are Chinese, too: so count. */
function isChinese(text: string): boolean {
  const chinese = text.match(CHINESE)?.length ?? 0;
  const latin = text.match(/[a-z]+/giu)?.length ?? 0;
  return chinese > latin;
}
