// Can the numbers be trusted: the split of visitors, what is set apart, guardrails, and what was paused by itself.

import type { ComponentChildren } from "preact";
import { Term } from "../definitions/term";
import { count, percent } from "../format";
import { DrawnInterval } from "../ui/interval";
import { symmetricEnd } from "../ui/interval-scale";
import type { Interval } from "../ui/interval-scale";
import { ToneMark } from "./parts";
import { boundsWords, intervalSentence } from "./view";
import type { Tone } from "./view";

export interface ArmCount {
  name: string;
  visitors: number;
  expected: number;
}

/** What most often makes arms differ in size, most frequent first. */
const CAUSES = [
  "The change reaches some pages too late, and who leaves before it is missing.",
  "Bots are told apart after arms were given, and one arm has more of them.",
  "Consent is asked in one arm only, or answered differently there.",
  "A redirect or a reload loses visitors on the way.",
  "The page of one arm breaks in some browsers.",
  "A visit that was taken up again lost the moment that triggered it.",
];

export function Split({ tone, sentence, arms }: { tone: Tone; sentence: string; arms: readonly ArmCount[] }) {
  const most = Math.max(1, ...arms.map((arm) => Math.max(arm.visitors, arm.expected)));
  return (
    <Check tone={tone} name={<Term of="srm" />} sentence={sentence}>
      <ul class="arms">
        {arms.map((arm) => (
          <li key={arm.name}>
            <span>{arm.name}</span>
            <span class="arm-bar" aria-hidden="true">
              <i style={{ width: `${(arm.visitors / most) * 100}%` }} />
              <b style={{ left: `${(arm.expected / most) * 100}%` }} />
            </span>
            <span class="small">
              {count(arm.visitors)} <span class="muted">of {count(arm.expected)} expected</span>
            </span>
          </li>
        ))}
      </ul>
      {tone === "alarm" && (
        <div class="causes small">
          <p>Until it is known why, no comparison can be trusted. Look for:</p>
          <ol>
            {CAUSES.map((cause) => (
              <li key={cause}>{cause}</li>
            ))}
          </ol>
        </div>
      )}
    </Check>
  );
}

interface CheckProps {
  tone: Tone;
  name: ComponentChildren;
  sentence: string;
  children?: ComponentChildren;
}

/** One thing that was checked, its state as a sign, a sentence, and what it rests on. */
export function Check({ tone, name, sentence, children }: CheckProps) {
  return (
    <li class={`check check-${tone}`}>
      <ToneMark tone={tone} />
      <div>
        <p>
          <strong>{name}</strong> <span class={tone === "alarm" ? "warn" : "muted"}>{sentence}</span>
        </p>
        {children}
      </div>
    </li>
  );
}

/** Visitors taken out or set apart, as a share of all. */
export function Apart({ of, n, all, bad }: { of: string; n: number; all: number; bad: number }) {
  const tone: Tone = all > 0 && n / all > bad ? "alarm" : "fine";
  return <Check tone={tone} name={<Term of={of} />} sentence={n === 0 ? "nobody" : `${count(n)} visitors, ${percent(n, all) ?? "0%"} of all`} />;
}

export interface GuardrailRow {
  metric: string;
  anchor: string;
  higherIsBetter: boolean;
  tone: Tone;
  sentence: string;
  change: Interval | null;
}

export function Guardrails({ rows }: { rows: readonly GuardrailRow[] }) {
  if (rows.length === 0) return <p class="muted small">No guardrail is set.</p>;
  const end = symmetricEnd(rows.map((row) => row.change));
  return (
    <ul class="guardrails">
      {rows.map((row) => (
        <li key={row.metric} class="guardrail">
          <ToneMark tone={row.tone} />
          <span>
            <Term of={row.anchor}>{row.metric}</Term>
          </span>
          <DrawnInterval interval={row.change} end={end} higherIsBetter={row.higherIsBetter} words={intervalSentence(row.change, row.higherIsBetter)} />
          <span class={`small ${row.tone === "alarm" ? "warn" : "muted"}`}>
            {row.sentence}
            {row.change && ` · ${boundsWords(row.change)}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
