// The numbers of one experiment as a table for a spreadsheet: a line for each variant and metric.

import { csvText } from "../csv";
import type { Field } from "../csv";
import type { ExperimentView } from "./model";

const HEADING = ["experiment", "variant", "control", "metric", "unit", "control_mean", "variant_mean", "lift", "lift_lower", "lift_upper", "difference", "difference_lower", "difference_upper", "note"];

/** Money is in minor units; shares and lifts are fractions. What cannot be said is empty. */
export function metricsCsv(view: ExperimentView): string {
  const rows: Field[][] = view.variants.flatMap((variant) =>
    variant.metrics.map(({ name, unit, control, treated, lift, difference, none }) => [
      view.row.id,
      variant.name,
      view.control,
      name,
      unit === "money" ? `minor ${view.currency}` : unit,
      control.mean,
      treated.mean,
      lift?.value,
      lift?.lower,
      lift?.upper,
      difference?.value,
      difference?.lower,
      difference?.upper,
      lift || difference ? "" : none,
    ]),
  );
  return csvText(HEADING, rows);
}
