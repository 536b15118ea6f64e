// A small chart over time, drawn by uPlot in the dashboard's own colors.

import type uPlot from "uplot";
import { axis, transparent, usePlot } from "../ui/plot";
import { tokenColor } from "../ui/theme";

export interface Series {
  name: string;
  values: (number | null)[];
  token: "--accent" | "--muted" | "--money";
}

interface ChartProps {
  title: string;
  unit: string;
  /** Seconds since the epoch. */
  times: number[];
  series: Series[];
  format: (value: number) => string;
}

const HEIGHT = 132;

export function Chart({ title, unit, times, series, format }: ChartProps) {
  const data = [times, ...series.map((one) => one.values)] as uPlot.AlignedData;
  // The series' names and colors are constant for a chart; only its data change.
  const box = usePlot(HEIGHT, data, (width) => options(width, series, format), title);
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        {series.map((one) => {
          const last = one.values.at(-1);
          return (
            <span key={one.name} class="chart-last">
              {series.length > 1 && (
                <>
                  <i class={`key key${one.token.slice(1)}`} /> <span class="muted">{one.name}</span>{" "}
                </>
              )}
              {typeof last === "number" ? format(last) : "–"} <span class="muted">{unit}</span>
            </span>
          );
        })}
      </figcaption>
      <div ref={box} class="chart-box" role="img" aria-label={`${title} over the time this page is open`} />
    </figure>
  );
}

function options(width: number, series: readonly Series[], format: (value: number) => string): uPlot.Options {
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    padding: [8, 8, 0, 0],
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, (max ?? 0) * 1.15)] } },
    axes: [
      { ...axis(), grid: { show: false }, space: 90, size: 24, values: (_plot, ticks) => ticks.map(timeOfDay) },
      { ...axis(), size: 44, space: 36, values: (_plot, ticks) => ticks.map((tick) => format(tick)) },
    ],
    series: [
      {},
      ...series.map((one, i) => {
        const stroke = tokenColor(one.token);
        const base = { label: one.name, stroke, width: 1.5, points: { show: false } };
        return i === 0 && series.length === 1 ? { ...base, fill: transparent(stroke) } : base;
      }),
    ],
  };
}

function timeOfDay(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}
