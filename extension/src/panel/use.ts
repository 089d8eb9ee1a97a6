/** What every view of the panel needs: loading, and knowing that something has changed. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../shared/browser.js";
import type { ToPanel } from "../shared/messages.js";
import { wordsOf } from "./parts.js";

/** Calls `again` whenever the background says that something has changed. */
export function useChanges(again: () => void): void {
  const latest = useRef(again);
  latest.current = again;
  useEffect(() => {
    const hear = (message: Partial<ToPanel>): void => {
      if (message.type === "background.changed") latest.current();
    };
    api.runtime.onMessage.addListener(hear);
    return () => api.runtime.onMessage.removeListener(hear);
  }, []);
}

export interface Loaded<T> {
  value: T | null;
  /** Why it could not be brought up to date, in words; `value` may still hold what was known before. */
  problem: string | null;
  loading: boolean;
  set: (value: T) => void;
  reload: () => void;
}

/** Shows what is known at once, then what is true now. */
export function useLoaded<T>(now: () => Promise<T>, before?: () => Promise<T | null>): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [loading, setLoading] = useState(true);
  const reload = (): void => {
    setLoading(true);
    now()
      .then((fresh) => {
        setValue(fresh);
        setProblem(null);
      })
      .catch((error: unknown) => setProblem(wordsOf(error)))
      .finally(() => setLoading(false));
  };
  useEffect(() => {
    void before?.()
      .then((known) => setValue((current) => current ?? known))
      .catch(() => undefined);
    reload();
  }, []);
  return { value, problem, loading, set: setValue, reload };
}

/**
 * Brings the focus back when what a button in the box opened has closed: to the button, found by its `data-testid`, or
 * to the box itself where the button has gone.
 * @param open the testid of the button whose form or question is open; null when nothing is
 */
export function useFocusBack(box: { readonly current: HTMLElement | null }, open: string | null): void {
  const before = useRef(open);
  useEffect(() => {
    if (open === null && before.current !== null) {
      const button = box.current?.querySelector<HTMLElement>(`[data-testid="${before.current}"]`);
      (button ?? box.current)?.focus();
    }
    before.current = open;
  }, [open]);
}
