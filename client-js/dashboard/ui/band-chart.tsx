// An estimate over time with the band it lies in: gray while the band holds zero, colored from where it does not.

import { useState } from "preact/hooks";
import type uPlot from "uplot";
import { bandRange, stretches } from "./band-range";
import type { BandPoint } from "./band-range";
import { meaningOf } from "./interval-scale";
import type { Meaning } from "./interval-scale";
import { axis, timeAxis, transparent, usePlot } from "./plot";
import { tokenColor } from "./theme";

interface BandChartProps {
  /** What is drawn, for those who do not see it. */
  label: string;
  points: readonly BandPoint[];
  higherIsBetter: boolean;
  /** Otherwise all of it is gray. */
  isTrusted?: boolean;
  /** Of the axis and the readout. */
  format: (value: number) => string;
  /** What is said of a point under the pointer. */
  say: (point: number) => string;
  /** `band` joins the points; `days` draws each by itself. */
  shape?: "band" | "days";
  height?: number;
}

const TONES: Record<Meaning, "--muted" | "--accent" | "--warn"> = { unknown: "--muted", better: "--accent", worse: "--warn" };

export function BandChart({ label, points, higherIsBetter, isTrusted = true, format, say, shape = "band", height = 260 }: BandChartProps) {
  const [under, setUnder] = useState<number | null>(null);
  const data = [points.map((point) => point.atMs / 1000), points.map((point) => point.value)] as uPlot.AlignedData;
  const build = (width: number): uPlot.Options => {
    const tone = (meaning: Meaning): string => tokenColor(TONES[isTrusted ? meaning : "unknown"]);
    const text = tokenColor("--text");
    return {
      width,
      height,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7, fill: text, stroke: text } },
      padding: [10, 12, 0, 0],
      scales: { x: { range: (_plot, min, max) => xRange(min, max, shape === "days") }, y: { range: () => bandRange(points) } },
      axes: [
        timeAxis(),
        { ...axis(), size: 58, space: 40, values: (_plot, ticks) => ticks.map(format) },
      ],
      series: [{}, { stroke: text, width: shape === "band" ? 1.75 : 0, points: { show: shape === "days" || points.length === 1, size: 7, fill: text, stroke: text } }],
      hooks: {
        drawAxes: [(plot) => (shape === "band" ? drawBand(plot, points, higherIsBetter, tone) : drawDays(plot, points, higherIsBetter, tone)), drawZero],
        setCursor: [(plot) => setUnder(plot.cursor.idx ?? null)],
      },
    };
  };
  const box = usePlot(height, data, build, `${shape} ${isTrusted} ${points.length} ${points[0]?.atMs} ${points.at(-1)?.atMs}`);
  const shown = under !== null && under < points.length ? under : points.length - 1;
  return (
    <figure class="chart tall">
      <div ref={box} class="chart-box" role="img" aria-label={label} />
      {points.length > 0 && <figcaption class="band-says small">{say(shown)}</figcaption>}
    </figure>
  );
}

/** One point alone gets an hour on both sides; days get room for the first and last of them. */
function xRange(min: number, max: number, isDays: boolean): uPlot.Range.MinMax {
  const air = isDays ? 43_200 : max > min ? 0 : 3_600;
  return [min - air, max + air];
}

function clipped(plot: uPlot, draw: (context: CanvasRenderingContext2D) => void): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx);
  ctx.restore();
}

function drawBand(plot: uPlot, points: readonly BandPoint[], higherIsBetter: boolean, tone: (meaning: Meaning) => string): void {
  clipped(plot, (context) => {
    const x = (point: BandPoint): number => plot.valToPos(point.atMs / 1000, "x", true);
    const y = (value: number): number => plot.valToPos(value, "y", true);
    for (const stretch of stretches(points, higherIsBetter)) {
      const part = points.slice(stretch.first, stretch.last + 1);
      context.beginPath();
      for (const point of part) context.lineTo(x(point), y(point.upper));
      for (const point of [...part].reverse()) context.lineTo(x(point), y(point.lower));
      context.closePath();
      context.fillStyle = transparent(tone(stretch.meaning), stretch.meaning === "unknown" ? 0.2 : 0.26);
      context.fill();
    }
  });
}

function drawDays(plot: uPlot, points: readonly BandPoint[], higherIsBetter: boolean, tone: (meaning: Meaning) => string): void {
  clipped(plot, (context) => {
    context.lineWidth = 3 * devicePixelRatio;
    for (const point of points) {
      const x = plot.valToPos(point.atMs / 1000, "x", true);
      context.strokeStyle = transparent(tone(meaningOf(point, higherIsBetter)), 0.5);
      context.beginPath();
      context.moveTo(x, plot.valToPos(point.lower, "y", true));
      context.lineTo(x, plot.valToPos(point.upper, "y", true));
      context.stroke();
    }
  });
}

function drawZero(plot: uPlot): void {
  clipped(plot, (context) => {
    const y = Math.round(plot.valToPos(0, "y", true)) + 0.5;
    context.strokeStyle = tokenColor("--wall");
    context.lineWidth = devicePixelRatio;
    context.beginPath();
    context.moveTo(plot.bbox.left, y);
    context.lineTo(plot.bbox.left + plot.bbox.width, y);
    context.stroke();
  });
}
