// Shares over time, stacked to the whole: who got how much of the traffic.

import { useState } from "preact/hooks";
import type uPlot from "uplot";
import { axis, timeAxis, transparent, usePlot } from "./plot";
import { tokenColor } from "./theme";

export interface SharesAt {
  atMs: number;
  /** In the order of the names; they sum to 1. */
  shares: number[];
}

const TOKENS = ["--muted", "--accent", "--money", "--wall", "--warn"] as const;
const HEIGHT = 160;

/** Each share on top of those before it; what is missing to the whole counts as nothing. Pure. */
export function stacked(points: readonly SharesAt[], names: number): number[][] {
  return Array.from({ length: names }, (_, i) => points.map((point) => point.shares.slice(0, i + 1).reduce((sum, share) => sum + (Number.isFinite(share) ? share : 0), 0)));
}

interface StackChartProps {
  label: string;
  names: readonly string[];
  points: readonly SharesAt[];
  say: (point: number) => string;
}

export function StackChart({ label, names, points, say }: StackChartProps) {
  const [under, setUnder] = useState<number | null>(null);
  const layers = stacked(points, names.length);
  // The uppermost is drawn first and covered by the others.
  const order = names.map((_, i) => names.length - 1 - i);
  const data = [points.map((point) => point.atMs / 1000), ...order.map((i) => layers[i] ?? [])] as uPlot.AlignedData;
  const build = (width: number): uPlot.Options => ({
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    padding: [10, 12, 0, 0],
    scales: { y: { range: () => [0, 1] } },
    axes: [
      timeAxis(),
      { ...axis(), size: 46, space: 36, values: (_plot, ticks) => ticks.map((tick) => `${Math.round(tick * 100)}%`) },
    ],
    series: [
      {},
      ...order.map((i) => {
        const color = tokenColor(TOKENS[i % TOKENS.length] ?? "--muted");
        return { stroke: color, width: 1, fill: solid(color, tokenColor("--surface")), points: { show: points.length < 2 } };
      }),
    ],
    hooks: { setCursor: [(plot) => setUnder(plot.cursor.idx ?? null)] },
  });
  const box = usePlot(HEIGHT, data, build, `${names.join()} ${points.length} ${points[0]?.atMs}`);
  const shown = under !== null && under < points.length ? under : points.length - 1;
  return (
    <figure class="chart tall">
      <div ref={box} class="chart-box" role="img" aria-label={label} />
      <figcaption class="stack-names small">
        {names.map((name, i) => (
          <span key={name}>
            <i class={`key key-stack-${i % TOKENS.length}`} /> {name} {Math.round((points[shown]?.shares[i] ?? 0) * 100)}%
          </span>
        ))}
        {points.length > 0 && <span class="muted">{say(shown)}</span>}
      </figcaption>
    </figure>
  );
}

/** A color mixed into the page's, so that what lies below does not shine through. */
function solid(color: string, ground: string): string {
  const parts = (text: string): number[] => (text.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  const [front, back] = [parts(color), parts(ground)];
  if (front.length < 3 || back.length < 3) return transparent(color, 0.4);
  return `rgb(${front.map((part, i) => Math.round(part * 0.55 + (back[i] ?? 0) * 0.45)).join(", ")})`;
}
