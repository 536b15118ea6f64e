// Small parts of experiment pages: verdicts, lamps, progress, a lift with its interval.

import type { ComponentChildren } from "preact";
import { Term } from "../definitions/term";
import { count, percent, signedPercent } from "../format";
import { DrawnInterval } from "../ui/interval";
import type { Interval } from "../ui/interval-scale";
import { Bar } from "../ui/parts";
import { boundsWords, intervalSentence } from "./view";
import type { Tone } from "./view";

const SHAPES: Record<Tone, string> = {
  better: "M2 9.5L8 3l6 6.5M8 3v11",
  worse: "M2 6.5L8 13l6-6.5M8 13V2",
  unknown: "M2.5 8h11",
  fine: "M3 8.5l3.2 3.2L13 4.8",
  waiting: "M4 1.5h8M4 14.5h8M4.5 1.5C4.5 5 8 6 8 8s-3.5 3-3.5 6.5M11.5 1.5C11.5 5 8 6 8 8s3.5 3 3.5 6.5",
  alarm: "M8 2l6.5 11.5h-13zM8 6.5v3.3M8 11.5v.4",
};

const TONE_NAMES: Record<Tone, string> = { better: "Better", worse: "Worse", unknown: "No difference shown", fine: "Fine", waiting: "Too early", alarm: "Something is wrong" };

/** A verdict's sign: its shape says as much as its color. */
export function ToneMark({ tone, size = 16 }: { tone: Tone; size?: number }) {
  return (
    <svg class={`tone tone-${tone}`} width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" role="img" aria-label={TONE_NAMES[tone]}>
      <title>{TONE_NAMES[tone]}</title>
      <path d={SHAPES[tone]} />
    </svg>
  );
}

/** The verdict comes first on a page, as one sentence, and then what follows from it. */
export function Verdict({ tone, sentence, children }: { tone: Tone; sentence: string; children?: ComponentChildren }) {
  return (
    <div class={`verdict tone-${tone}`}>
      <ToneMark tone={tone} size={28} />
      <div>
        <p class="verdict-sentence">{sentence}</p>
        {children && <div class="verdict-next">{children}</div>}
      </div>
    </div>
  );
}

interface LiftProps {
  lift: Interval | null | undefined;
  end: number;
  higherIsBetter?: boolean;
  /** Why there is none. */
  none?: string;
}

/** A lift drawn and in numbers. */
export function Lift({ lift, end, higherIsBetter = true, none = "not enough data yet" }: LiftProps) {
  return (
    <div class="lift-cell">
      <DrawnInterval interval={lift} end={end} higherIsBetter={higherIsBetter} words={intervalSentence(lift, higherIsBetter)} />
      <p>
        {lift ? (
          <>
            <strong>{signedPercent(lift.value)}</strong> <span class="muted small">{boundsWords(lift)}</span>
          </>
        ) : (
          <span class="muted small">{none}</span>
        )}
      </p>
    </div>
  );
}

/** Visitors of those that were planned. */
export function Progress({ visitors, planned, note }: { visitors: number; planned: number | null; note?: string }) {
  return (
    <div class="progress">
      <p>
        <strong>{count(visitors)}</strong>{" "}
        <span class="muted small">
          {planned === null ? "visitors, no planned end" : `of ${count(planned)}`}
          {note ? ` · ${note}` : ""}
        </span>
      </p>
      {planned !== null && (
        <span class="progress-bar" role="img" aria-label={`${percent(Math.min(visitors, planned), planned) ?? "0%"} of the planned visitors`}>
          <Bar share={planned > 0 ? visitors / planned : 0} tone={visitors >= planned ? "accent" : "muted"} />
        </span>
      )}
    </div>
  );
}

const SRM_WORDS: Partial<Record<Tone, string>> = { fine: "as planned", alarm: "not as planned", waiting: "too few to tell" };

/** Whether the arms have the visitors they should have. */
export function SrmLight({ tone }: { tone: Tone }) {
  return (
    <span class="srm small">
      <span class={`lamp lamp-${tone === "alarm" ? "away" : tone === "fine" ? "live" : "idle"}`} aria-hidden="true" />
      <Term of="srm">Split</Term> <span class={tone === "alarm" ? "warn" : "muted"}>{SRM_WORDS[tone] ?? "unknown"}</span>
    </span>
  );
}
