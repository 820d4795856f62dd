/** What happens to a phone on air: it turns, sleeps and comes back, changes its network. */

export interface DeviceEvents {
  onTurn(this: void): void;
  /** The page is seen again. */
  onReturn(this: void): void;
  onNetwork(this: void): void;
}

interface Connection extends EventTarget {
  readonly type?: string;
}

/** Watch until the function that is returned is called. The screen stays on meanwhile. */
export function watchDevice({ onTurn, onReturn, onNetwork }: DeviceEvents): () => void {
  const watch = new AbortController();
  const { signal } = watch;
  const { connection } = navigator as Navigator & { readonly connection?: Connection };
  // Safari before 16.4 has no such part of the screen.
  const orientation = (screen as Partial<Screen>).orientation;
  let network = connection?.type;
  let lock: WakeLockSentinel | null = null;

  const stayAwake = async () => {
    const locks = (navigator as Partial<Navigator>).wakeLock;
    // A phone that saves its battery refuses.
    const taken = (await locks?.request("screen").catch(() => null)) ?? null;
    if (signal.aborted) await taken?.release();
    else lock = taken;
  };
  const look = () => {
    if (document.visibilityState !== "visible") return;
    // A lock ends whenever the page is hidden.
    void stayAwake();
    onReturn();
  };
  orientation?.addEventListener("change", onTurn, { signal });
  document.addEventListener("visibilitychange", look, { signal });
  addEventListener("online", onNetwork, { signal });
  connection?.addEventListener(
    "change",
    () => {
      // It also tells of every change of the speed.
      if (connection.type === network) return;
      network = connection.type;
      if (navigator.onLine) onNetwork();
    },
    { signal },
  );
  addEventListener(
    "beforeunload",
    (event) => {
      event.preventDefault();
    },
    { signal },
  );
  void stayAwake();
  return () => {
    watch.abort();
    void lock?.release();
  };
}
