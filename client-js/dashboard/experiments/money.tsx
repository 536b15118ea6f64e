// What a variant earns and what it gives away, against doing nothing.

import { Term } from "../definitions/term";
import { money, percent, signedMoney } from "../format";
import { DrawnInterval } from "../ui/interval";
import { amountEnd } from "../ui/interval-scale";
import type { Interval } from "../ui/interval-scale";
import { Bar } from "../ui/parts";
import { boundsWords, intervalSentence } from "./view";

export interface MoneyFacts {
  /** Profit for a thousand visitors against the control, minor units. */
  perThousand: Interval | null;
  perMonth: Interval | null;
  /** Discounts given to the variant's visitors. */
  discount: number;
  /** The part of it that changed nothing. */
  anyway: number | null;
  refunded: number;
}

export function Money({ facts, currency }: { facts: MoneyFacts; currency: string }) {
  const write = (minor: number): string => signedMoney(minor, currency);
  return (
    <div class="money-facts">
      <Amount of="money-per-thousand" interval={facts.perThousand} write={write} />
      <Amount of="money-per-month" interval={facts.perMonth} write={write} />
      <div class="discounts">
        <p>
          <Term of="discount-given" /> <strong class="money">{money(facts.discount, currency)}</strong>
          {facts.refunded > 0 && <span class="muted small"> · {money(facts.refunded, currency)} given back</span>}
        </p>
        {facts.discount > 0 && facts.anyway !== null && (
          <>
            <Bar share={facts.anyway / facts.discount} tone="money" />
            <p class="small">
              <strong>{money(facts.anyway, currency)}</strong> <span class="muted">of it, {percent(Math.min(facts.anyway, facts.discount), facts.discount)},</span> <Term of="discount-anyway">to those who would have bought anyway</Term>
            </p>
          </>
        )}
        {facts.discount === 0 && <p class="muted small">This campaign has given nothing away.</p>}
      </div>
    </div>
  );
}

function Amount({ of, interval, write }: { of: string; interval: Interval | null; write: (minor: number) => string }) {
  return (
    <div class="amount">
      <p>
        <Term of={of} />
      </p>
      <p class="amount-value">{interval ? write(interval.value) : "–"}</p>
      <DrawnInterval interval={interval} end={amountEnd([interval])} words={intervalSentence(interval, true, write)} />
      <p class="muted small">{interval ? boundsWords(interval, write) : "not enough data yet"}</p>
    </div>
  );
}
