// Times: relative to the server's clock, exact on hover, kept current by one shared tick.

import { useEffect, useState } from "preact/hooks";
import { serverNow } from "../feed";
import { ago, exactly } from "../format";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Renders again every second; all callers share one interval. */
export function useSeconds(): number {
  const [, again] = useState(0);
  useEffect(() => {
    const listener = (): void => again((n) => n + 1);
    listeners.add(listener);
    timer ??= setInterval(() => listeners.forEach((tell) => tell()), 1000);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, []);
  return serverNow();
}

export function Ago({ at }: { at: number }) {
  const now = useSeconds();
  return (
    <time dateTime={new Date(at).toISOString()} title={exactly(at)}>
      {ago(at, now)}
    </time>
  );
}
