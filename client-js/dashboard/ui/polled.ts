// One resource of the server, read again and again while the page is in sight; the last good answer stays when one fails.

import { useEffect, useState } from "preact/hooks";
import { get } from "../api";

export interface Polled<T> {
  value: T | null;
  /** Why the last reading failed; empty when it did not. */
  problem: string;
  /** Status of the last refusal, 0 when the server did not answer or did not refuse. */
  status: number;
  reload: () => void;
}

/** Numbers move all the time; reading them this often keeps a page alive without work for the server. */
export const REFRESH_MS = 3000;

export function usePolled<T>(path: string, everyMs = REFRESH_MS): Polled<T> {
  const [value, setValue] = useState<{ path: string; value: T } | null>(null);
  const [refusal, setRefusal] = useState({ problem: "", status: 0 });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const read = async (): Promise<void> => {
      const answer = await get<T>(path, abort.signal);
      if (abort.signal.aborted) return;
      if (answer.kind === "ok") setValue({ path, value: answer.value });
      setRefusal(answer.kind === "ok" ? { problem: "", status: 0 } : { problem: answer.message, status: Math.max(0, answer.status) });
    };
    void read();
    const timer = setInterval(() => {
      if (!document.hidden) void read();
    }, everyMs);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [path, attempt, everyMs]);
  // What another address answered is not shown for this one.
  return { value: value?.path === path ? value.value : null, ...refusal, reload: () => setAttempt((n) => n + 1) };
}
