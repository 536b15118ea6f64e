// Every metric of an experiment, arm by arm: values, lift drawn on one scale, and what may be concluded.

import { Term } from "../definitions/term";
import { signedPercent } from "../format";
import { DrawnInterval } from "../ui/interval";
import { symmetricEnd } from "../ui/interval-scale";
import type { Interval } from "../ui/interval-scale";
import { Tag } from "../ui/parts";
import { boundsWords, differenceWords, intervalSentence, valueWords } from "./view";
import type { Unit } from "./view";

export interface MetricCell {
  mean: number | null;
  /** Bounds of the mean itself. */
  lower: number | null;
  upper: number | null;
}

export interface MetricRow {
  name: string;
  title: string;
  anchor: string;
  unit: Unit;
  isPrimary: boolean;
  higherIsBetter: boolean;
  control: MetricCell;
  treated: MetricCell;
  lift: Interval | null;
  difference: Interval | null;
  /** Why there is neither. */
  none: string;
  /** Such as how much was winsorized. */
  note: string;
}

export function Metrics({ rows, control, variant, currency }: { rows: readonly MetricRow[]; control: string; variant: string; currency: string }) {
  const end = symmetricEnd(rows.map((row) => row.lift));
  return (
    <div class="table-box">
      <table class="plain-table metrics">
        <thead>
          <tr>
            <th>Metric</th>
            <th class="numeric">{control}</th>
            <th class="numeric">{variant}</th>
            <th>
              <Term of="lift" /> <span class="metrics-scale">{signedPercent(-end)} to {signedPercent(end)}</span>
            </th>
            <th class="numeric">
              <Term of="interval" />
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.name} row={row} end={end} currency={currency} control={control} variant={variant} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row, end, currency, control, variant }: { row: MetricRow; end: number; currency: string; control: string; variant: string }) {
  const words = row.lift ? intervalSentence(row.lift, row.higherIsBetter) : row.none;
  return (
    <tr class={row.isPrimary ? "metric-primary" : ""}>
      <th scope="row">
        <Term of={row.anchor}>{row.title}</Term> {row.isPrimary && <Tag tone="accent">primary</Tag>}
        {row.note && <span class="metric-note muted small">{row.note}</span>}
      </th>
      <Value cell={row.control} unit={row.unit} currency={currency} name={control} />
      <Value cell={row.treated} unit={row.unit} currency={currency} name={variant} />
      <td class="metric-lift">
        <DrawnInterval interval={row.lift} end={end} higherIsBetter={row.higherIsBetter} words={words} />
      </td>
      <td class="numeric metric-bounds">
        {row.lift ? (
          <>
            <strong>{signedPercent(row.lift.value)}</strong> <span class="muted small">{boundsWords(row.lift)}</span>
          </>
        ) : row.difference ? (
          <>
            <strong>{differenceWords(row.difference.value, row.unit, currency)}</strong> <span class="muted small">{boundsWords(row.difference, (value) => differenceWords(value, row.unit, currency))}</span>
          </>
        ) : (
          <span class="muted small">{row.none}</span>
        )}
      </td>
    </tr>
  );
}

function Value({ cell, unit, currency, name }: { cell: MetricCell; unit: Unit; currency: string; name: string }) {
  const bounds = cell.lower !== null && cell.upper !== null ? `${valueWords(cell.lower, unit, currency)} to ${valueWords(cell.upper, unit, currency)}` : "";
  return (
    <td class="numeric" data-arm={name} title={bounds && `between ${bounds}`}>
      {cell.mean === null ? <span class="muted">–</span> : valueWords(cell.mean, unit, currency)}
    </td>
  );
}
