/** A text to all viewers. What was refused stays in the field. */

import { useRef, useState } from "preact/hooks";
import { AnnounceDocument } from "../../gen/graphql";
import { Fault } from "../../parts/notices";
import { useAttempt } from "../../shell/use_attempt";
import { useConsoleWords } from "../service";
import { act } from "./acts";
import { useKeys } from "./keys";

export function Announce({ id, isLive }: { id: string; isLive: boolean }) {
  const own = useConsoleWords().desk;
  const { fault, busy, run } = useAttempt();
  const [body, setBody] = useState("");
  const [done, setDone] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useKeys({ KeyA: () => field.current?.focus() });
  const send = async () => {
    setDone(false);
    if (!(await run(() => act(AnnounceDocument, { id, body })))) return;
    setBody("");
    setDone(true);
  };
  return (
    <form
      class="desk-part"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void send();
      }}
    >
      <h2>{own.tabs.announce}</h2>
      <label>
        {own.announcement}
        <textarea
          ref={field}
          rows={3}
          maxLength={500}
          required
          value={body}
          onInput={(event) => {
            setBody(event.currentTarget.value);
            setDone(false);
          }}
        />
      </label>
      <Fault text={fault} />
      <button disabled={!isLive}>{own.send}</button>
      <p role="status" class="small">
        {done && own.announced}
      </p>
    </form>
  );
}
