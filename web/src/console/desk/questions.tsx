/** Questions of viewers: those that wait, then those that everybody sees. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import {
  AnswerQuestionDocument,
  DeclineQuestionDocument,
  DeskQuestionsDocument,
  PublishQuestionDocument,
  type DeskQuestionsFragment,
} from "../../gen/graphql";
import { Fault } from "../../parts/notices";
import { useConsoleWords } from "../service";
import { useQuery } from "../../shell/use_query";
import { useAttempt } from "../../shell/use_attempt";
import { staff } from "../service";
import { act } from "./acts";

type Question = DeskQuestionsFragment["edges"][number]["node"];

/** Several events at once are one look. */
const GATHER_MS = 250;
/** Nodes of the version before report no new question: until the last one is gone, a look. */
const LOOK_EVERY_MS = 60_000;

export interface AskedQuestions {
  readonly waiting: readonly Question[];
  readonly handled: readonly Question[];
  refresh(this: void): void;
}

/** The questions of a session, read again whenever there is news of them. */
export function useQuestions(id: string, news: number): AskedQuestions {
  const { data, retry } = useQuery(DeskQuestionsDocument, { id }, staff.service);
  const gatheringRef = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    if (news === 0) return;
    gatheringRef.current ??= setTimeout(() => {
      gatheringRef.current = undefined;
      retry();
    }, GATHER_MS);
  }, [news, retry]);
  useEffect(
    () => () => {
      clearTimeout(gatheringRef.current);
    },
    [],
  );
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") retry();
    }, LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [retry]);
  const handled = [...listOf(data?.published), ...listOf(data?.answered)];
  return {
    // The oldest first: who has waited longest is answered first.
    waiting: listOf(data?.waiting).reverse(),
    handled: handled.sort((one, other) => other.askedAt.localeCompare(one.askedAt)),
    refresh: retry,
  };
}

function listOf(found: DeskQuestionsFragment | null | undefined): Question[] {
  return found?.edges.map((edge) => edge.node) ?? [];
}

export function Questions({ waiting, handled, refresh }: AskedQuestions) {
  const own = useConsoleWords().desk;
  return (
    <section aria-labelledby="desk-questions" class="desk-part">
      <h2 id="desk-questions">{own.questions(waiting.length)}</h2>
      {waiting.length === 0 && <p class="second">{own.noQuestions}</p>}
      <ul class="asked">
        {waiting.map((question) => (
          <Asked key={question.id} question={question} refresh={refresh} />
        ))}
      </ul>
      {handled.length > 0 && <h3>{own.handled}</h3>}
      <ul class="asked">
        {handled.map((question) => (
          <Asked key={question.id} question={question} refresh={refresh} />
        ))}
      </ul>
    </section>
  );
}

function Asked({ question, refresh }: { question: Question; refresh(this: void): void }) {
  const own = useConsoleWords().desk;
  const { fault, busy, run } = useAttempt();
  const [answer, setAnswer] = useState<string | null>(null);
  const { id, status } = question;
  const change = useCallback(
    async (work: () => Promise<void>) => {
      if (busy) return;
      if (await run(work)) setAnswer(null);
      refresh();
    },
    [busy, run, refresh],
  );
  return (
    <li class="slip">
      <strong lang="zh-CN">{question.body}</strong>
      {question.answer !== null && answer === null && <span lang="zh-CN">{question.answer}</span>}
      <Fault text={fault} />
      {answer === null ? (
        <div class="actions">
          {status === "ASKED" && (
            <button
              type="button"
              onClick={() => void change(() => act(PublishQuestionDocument, { id }))}
            >
              {own.publish}
            </button>
          )}
          <button
            type="button"
            onClick={() => {
              setAnswer(question.answer ?? "");
            }}
          >
            {status === "ANSWERED" ? own.correct : own.answer}
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => void change(() => act(DeclineQuestionDocument, { id }))}
          >
            {status === "ASKED" ? own.hide : own.withdraw}
          </button>
        </div>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void change(() => act(AnswerQuestionDocument, { id, answer }));
          }}
        >
          <label>
            {own.answering}
            <textarea
              rows={2}
              maxLength={500}
              required
              value={answer}
              onInput={(event) => {
                setAnswer(event.currentTarget.value);
              }}
            />
          </label>
          <div class="actions">
            <button>{own.send}</button>
            <button
              type="button"
              class="quiet"
              onClick={() => {
                setAnswer(null);
              }}
            >
              {own.cancel}
            </button>
          </div>
        </form>
      )}
    </li>
  );
}
