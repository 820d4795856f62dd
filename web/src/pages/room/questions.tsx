/** Questions of viewers: what the host has shown, one's own, and a field to ask one. */

import { useState } from "preact/hooks";
import { AskQuestionDocument, type RoomQuestionFragment } from "../../gen/graphql";
import { roomWords } from "../../i18n/zh/room";
import { explain } from "../../shell/explain";
import { useWords } from "../../shell/preferences";
import { service } from "../../shell/service";
import type { OwnRoom } from "./own_room";
import type { RoomState } from "./room_state";
import { useSecondsUntil } from "./use_seconds_until";

interface QuestionsProps {
  readonly state: RoomState;
  readonly own: OwnRoom | null;
  onAsked(this: void): void;
}

export function Questions({ state, own, onAsked }: QuestionsProps) {
  const words = useWords(roomWords);
  const { questions } = state;
  const mine = own?.questions ?? [];
  const ownIds = new Set(mine.map((each) => each.id));
  const publicIds = new Set(questions.map((each) => each.id));
  const unseen = mine.filter((each) => !publicIds.has(each.id));
  return (
    <section class="asked" aria-labelledby="questions-title">
      <h2 id="questions-title">{words.room.questions(questions.length)}</h2>
      {state.status === "LIVE" || state.status === "INTERRUPTED" ? (
        <AskForm state={state} own={own} onAsked={onAsked} />
      ) : null}
      {questions.length === 0 && <p class="second">{words.room.noQuestions}</p>}
      <ul class="questions">
        {[...unseen, ...questions].map((each) => (
          <Question key={each.id} question={each} own={ownIds.has(each.id)} />
        ))}
      </ul>
    </section>
  );
}

function Question({ question, own }: { question: RoomQuestionFragment; own: boolean }) {
  const words = useWords(roomWords);
  return (
    <li>
      {own && (
        <p class="own-question second small" role="status">
          {words.room.ownQuestion} · {words.room.questionStatus[question.status]}
        </p>
      )}
      <p lang="zh-CN">{question.body}</p>
      {question.answer !== null && (
        <p class="answer">
          <b>{words.room.answered}</b> <span lang="zh-CN">{question.answer}</span>
        </p>
      )}
    </li>
  );
}

interface AskFormProps {
  readonly state: RoomState;
  readonly own: OwnRoom | null;
  onAsked(this: void): void;
}

function AskForm({ state, own, onAsked }: AskFormProps) {
  const words = useWords(roomWords);
  const [body, setBody] = useState("");
  const [said, setSaid] = useState<{ text: string; fault: boolean } | null>(null);
  const wait = useSecondsUntil(own?.askAt ?? 0);
  const full = own?.limits.questionsLeft === 0;
  const ask = async () => {
    const { askQuestion: result } = await service.execute(AskQuestionDocument, {
      sessionId: state.session.id,
      body: body.trim(),
      postingId: state.pinned?.id ?? null,
    });
    onAsked();
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
        if (body.trim() === "" || wait > 0 || full) return;
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
      <button type="submit" disabled={wait > 0 || full}>
        {wait > 0 ? words.room.askIn(wait) : words.room.ask}
      </button>
      {full && <p class="second small">{words.room.questionsFull}</p>}
      {said !== null && (
        <p role={said.fault ? "alert" : "status"} class={said.fault ? "fault" : "second small"}>
          {said.text}
        </p>
      )}
    </form>
  );
}
