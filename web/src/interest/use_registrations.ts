import { useEffect, useState } from "preact/hooks";
import { service } from "../shell/service";
import { Registrations } from "./registrations";

const registrations = new Registrations(service);

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
