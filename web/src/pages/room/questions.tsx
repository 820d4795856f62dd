/** Questions of viewers: what the host has shown, and a field to ask one. */

import { useState } from "preact/hooks";
import { explain } from "../../shell/explain";
import {
  AskQuestionDocument,
  type JobSlipFragment,
  type RoomQuestionFragment,
  type RoomStateFragment,
} from "../../gen/graphql";
import { useWords } from "../../shell/preferences";
import { service } from "../../shell/service";

interface QuestionsProps {
  readonly session: RoomStateFragment;
  readonly questions: readonly RoomQuestionFragment[];
  readonly pinned: JobSlipFragment | null;
}

export function Questions({ session, questions, pinned }: QuestionsProps) {
  const words = useWords();
  return (
    <section class="asked" aria-labelledby="questions-title">
      <h2 id="questions-title">{words.room.questions(questions.length)}</h2>
      <AskForm sessionId={session.id} postingId={pinned?.id ?? null} />
      {questions.length === 0 && <p class="second">{words.room.noQuestions}</p>}
      <ul class="questions">
        {questions.map((each) => (
          <li key={each.id}>
            <p lang="zh-CN">{each.body}</p>
            {each.answer !== null && (
              <p class="answer">
                <b>{words.room.answered}</b> <span lang="zh-CN">{each.answer}</span>
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function AskForm({ sessionId, postingId }: { sessionId: string; postingId: string | null }) {
  const words = useWords();
  const [body, setBody] = useState("");
  const [said, setSaid] = useState<{ text: string; fault: boolean } | null>(null);
  const ask = async () => {
    const { askQuestion: result } = await service.execute(AskQuestionDocument, {
      sessionId,
      body: body.trim(),
      postingId,
    });
    if ("code" in result) {
      setSaid({ text: result.message, fault: true });
      return;
    }
    setBody("");
    setSaid({ text: words.room.asked, fault: false });
  };
  return (
    <form
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (body.trim() === "") return;
        ask().catch((error: unknown) => {
          const text = explain(error, words);
          setSaid({ text, fault: true });
        });
      }}
    >
      <input
        aria-label={words.room.askPlaceholder}
        placeholder={words.room.askPlaceholder}
        maxLength={200}
        value={body}
        onInput={(event) => {
          setBody(event.currentTarget.value);
        }}
      />
      <button type="submit">{words.room.ask}</button>
      {said !== null && (
        <p role={said.fault ? "alert" : "status"} class={said.fault ? "fault" : "second small"}>
          {said.text}
        </p>
      )}
    </form>
  );
}
