// An interval as it is drawn everywhere: a band around a point on a scale with zero in its middle; gray while it holds zero.

import { meaningOf, placed } from "./interval-scale";
import type { Interval } from "./interval-scale";

interface DrawnProps {
  interval: Interval | null | undefined;
  /** The scale runs from -end to +end. */
  end: number;
  higherIsBetter?: boolean;
  /** Said by screen readers and on hover. */
  words: string;
}

export function DrawnInterval({ interval, end, higherIsBetter = true, words }: DrawnProps) {
  if (!interval) return <span class="lift lift-none" role="img" aria-label={words} title={words} />;
  const { left, right, point, openLeft, openRight } = placed(interval, end);
  const open = `${openLeft ? " lift-open-left" : ""}${openRight ? " lift-open-right" : ""}`;
  return (
    <span class={`lift lift-${meaningOf(interval, higherIsBetter)}`} role="img" aria-label={words} title={words}>
      <span class={`lift-band${open}`} style={{ left: `${left}%`, width: `${Math.max(0.8, right - left)}%` }} />
      <span class="lift-zero" />
      <span class="lift-point" style={{ left: `${point}%` }} />
    </span>
  );
}
