/** A sheet above the page. It is a history entry: Back closes it and leaves the page. */

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useWords } from "../shell/preferences";

export function Sheet(props: {
  title: string;
  onClose(this: void): void;
  children: ComponentChildren;
}) {
  const { title, onClose, children } = props;
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const closeRef = useRef(onClose);
  useLayoutEffect(() => {
    closeRef.current = onClose;
  }, [onClose]);
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    history.pushState({ sheet: true }, "");
    const back = () => {
      closeRef.current();
    };
    addEventListener("popstate", back);
    return () => {
      removeEventListener("popstate", back);
      if ((history.state as { sheet?: boolean } | null)?.sheet === true) history.back();
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="sheet-title"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="sheet-head">
        <h2 id="sheet-title">{title}</h2>
        <button type="button" class="quiet" onClick={onClose}>
          {words.close}
        </button>
      </div>
      {children}
    </dialog>
  );
}
