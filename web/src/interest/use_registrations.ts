import { useEffect, useState } from "preact/hooks";
import { Registrations } from "./registrations";

export const registrations = new Registrations();

/** What sends them: a first screen does without, and whoever registers has loaded it. */
export async function loadRegistrar() {
  return (await import("./registrar")).registrar;
}

// One that waited as the page was left is sent once the service answers.
if (registrations.someWait) {
  const load = () => {
    loadRegistrar().catch(() => {
      addEventListener("online", load, { once: true });
    });
  };
  load();
}

/** The registrations of this device; the component is drawn again when they change. */
export function useRegistrations(): Registrations {
  const [, redraw] = useState(0);
  useEffect(
    () =>
      registrations.watch(() => {
        redraw((count) => count + 1);
      }),
    [],
  );
  return registrations;
}
