/** A button that acts only when it is held for 1.5 seconds, by a finger or a key. */

import { useEffect, useRef, useState } from "preact/hooks";

const HOLD_MS = 1_500;

interface HoldButtonProps {
  readonly text: string;
  readonly holding: string;
  onHeld(this: void): void;
}

export function HoldButton({ text, holding, onHeld }: HoldButtonProps) {
  const [isHeld, setHeld] = useState(false);
  const timerRef = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const release = () => {
    clearTimeout(timerRef.current);
    setHeld(false);
  };
  const press = () => {
    if (isHeld) return;
    setHeld(true);
    timerRef.current = setTimeout(() => {
      setHeld(false);
      onHeld();
    }, HOLD_MS);
  };
  useEffect(
    () => () => {
      clearTimeout(timerRef.current);
    },
    [],
  );
  const isKey = (event: KeyboardEvent) => event.key === " " || event.key === "Enter";
  return (
    <button
      type="button"
      class={isHeld ? "hold held" : "hold"}
      onPointerDown={press}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onBlur={release}
      onContextMenu={(event) => {
        event.preventDefault(); // a long press is no menu here
      }}
      onKeyDown={(event) => {
        if (!isKey(event)) return;
        event.preventDefault();
        if (!event.repeat) press();
      }}
      onKeyUp={(event) => {
        if (isKey(event)) release();
      }}
    >
      {isHeld ? holding : text}
    </button>
  );
}
