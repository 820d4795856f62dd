/** Signing in, over the page: what was typed below stays, and what was sent goes on. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Refusal } from "../api/refusal";
import { Fault } from "../parts/notices";
import { useAttempt } from "../shell/use_attempt";
import { staff, useConsoleWords } from "./service";

export function SignIn() {
  const own = useConsoleWords().signIn;
  const dialog = useRef<HTMLDialogElement>(null);
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [newPassword, setNewPassword] = useState<string | null>(null);
  const { fault, busy, run } = useAttempt();
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  const send = async () => {
    try {
      await staff.signIn({ username, password, newPassword });
    } catch (error) {
      if (error instanceof Refusal && error.code === "PASSWORD_CHANGE_REQUIRED") setNewPassword("");
      throw error;
    }
  };
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="sign-in-title"
      onCancel={(event) => {
        event.preventDefault(); // the page below needs somebody
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void run(send);
        }}
      >
        <h1 id="sign-in-title">{staff.wasSignedIn ? own.again : own.title}</h1>
        <label>
          {own.username}
          <input
            autoComplete="username"
            autoCapitalize="none"
            maxLength={40}
            required
            value={username}
            onInput={(event) => {
              setUsername(event.currentTarget.value);
            }}
          />
        </label>
        <label>
          {own.password}
          <input
            type="password"
            autoComplete="current-password"
            maxLength={128}
            required
            value={password}
            onInput={(event) => {
              setPassword(event.currentTarget.value);
            }}
          />
        </label>
        {newPassword !== null && (
          <label>
            {own.newPassword}
            <input
              type="password"
              autoComplete="new-password"
              minLength={15}
              maxLength={128}
              required
              value={newPassword}
              onInput={(event) => {
                setNewPassword(event.currentTarget.value);
              }}
            />
          </label>
        )}
        <Fault text={fault} />
        <button class="main wide" aria-disabled={busy}>
          {own.act}
        </button>
      </form>
    </dialog>
  );
}
