// What all charts share: uPlot in the dashboard's colors, as wide as its place, drawn again when either changes.

import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { onThemeChange, tokenColor } from "./theme";

/** Keeps a chart in a box. `build` is called for its first drawing and after a change of colors; `data` may change at any time. */
export function usePlot(height: number, data: uPlot.AlignedData, build: (width: number) => uPlot.Options, key: unknown): RefObject<HTMLDivElement> {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ data, build });
  latest.current = { data, build };
  useEffect(() => {
    const node = box.current;
    if (!node) return;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(latest.current.build(node.clientWidth), latest.current.data, node);
    };
    draw();
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: node.clientWidth, height }));
    observer.observe(node);
    const stop = onThemeChange(draw);
    return () => {
      stop();
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [height, key]);
  useEffect(() => plot.current?.setData(data), [data[0].length, data[0][data[0].length - 1]]);
  return box;
}

/** An axis in quiet colors. */
export function axis(): uPlot.Axis {
  return { stroke: tokenColor("--muted"), font: `11px ${getComputedStyle(document.body).fontFamily}`, grid: { stroke: tokenColor("--line"), width: 1 }, ticks: { show: false } };
}

/** Times below a chart: days as dates, shorter steps as times of day. */
export function timeAxis(): uPlot.Axis {
  const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
  const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
  return {
    ...axis(),
    grid: { show: false },
    space: 90,
    size: 26,
    values: (_plot, ticks) => {
      const isDays = ticks.length < 2 || (ticks[1] ?? 0) - (ticks[0] ?? 0) >= 86_400;
      return ticks.map((tick) => (isDays ? date : time).format(tick * 1000));
    },
  };
}

/** The same color, nearly clear; computed colors are `rgb(r, g, b)`. */
export function transparent(color: string, share = 0.08): string {
  return color.replace(/^rgb\((.+)\)$/, `rgba($1, ${share})`);
}
