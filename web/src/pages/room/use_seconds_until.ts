import { useEffect, useState } from "preact/hooks";

/** The whole seconds until a moment of `performance.now()`, counted down; 0 once it has come. */
export function useSecondsUntil(moment: number): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const look = () => {
      setNow(performance.now());
      if (performance.now() >= moment) clearInterval(timer);
    };
    const timer = setInterval(look, 1_000);
    look();
    return () => {
      clearInterval(timer);
    };
  }, [moment]);
  return Math.max(0, Math.ceil((moment - now) / 1_000));
}
