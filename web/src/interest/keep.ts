/** Where this device keeps something: for this visit, or for good once the person agreed to it. */

/** The parsed JSON under `name`; null if there is none, or storage is switched off. */
export function readKept(name: string): unknown {
  for (const storage of storages()) {
    try {
      const text = storage.getItem(name);
      if (text !== null) return JSON.parse(text) as unknown;
    } catch {
      // Storage is switched off, or holds something else under our name.
    }
  }
  return null;
}

/** Keep `value` until the tab closes, or with `remember` until it is forgotten. */
export function keep(name: string, value: unknown, remember: boolean): void {
  forget(name);
  const [visit, good] = storages();
  const storage = remember ? good : visit;
  try {
    storage?.setItem(name, JSON.stringify(value));
  } catch {
    // Without storage it holds until the page is left.
  }
}

export function forget(name: string): void {
  for (const storage of storages()) {
    try {
      storage.removeItem(name);
    } catch {
      // Nothing was kept.
    }
  }
}

function storages(): readonly Storage[] {
  try {
    return [sessionStorage, localStorage];
  } catch {
    return [];
  }
}
