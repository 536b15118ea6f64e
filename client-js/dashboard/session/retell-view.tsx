// The visit told again: verified byte for byte against its recording, and with something changed, side by side.

import { useEffect, useRef, useState } from "preact/hooks";
import { get, send } from "../api";
import type { Beside, Done, Otherwise, Replayed, Side, Step } from "../contract";
import { clock, count } from "../format";
import { Icon } from "../ui/icons";
import { Tag } from "../ui/parts";
import { ProofView } from "./proof-view";
import { changeOf, competitors, turnAt, verdict } from "./retell";
import type { Wish } from "./retell";

type State<T> = { kind: "none" } | { kind: "working" } | { kind: "here"; value: T } | { kind: "failed"; message: string };

interface RetellProps {
  id: string;
  currency: string;
  /** The timeline's entry a what-if was asked for; a new object each time. */
  asked: { seq: number } | null;
}

export function Retell({ id, currency, asked }: RetellProps) {
  const [replayed, setReplayed] = useState<State<Replayed>>({ kind: "none" });
  const [panel, setPanel] = useState<{ at: number } | null>(null);
  const section = useRef<HTMLElement>(null);
  const read = async (): Promise<Replayed | null> => {
    setReplayed({ kind: "working" });
    const answer = await get<Replayed>(`/sessions/${encodeURIComponent(id)}/replay`);
    setReplayed(answer.kind === "ok" ? { kind: "here", value: answer.value } : { kind: "failed", message: answer.message });
    return answer.kind === "ok" ? answer.value : null;
  };
  const open = async (seq: number | null): Promise<void> => {
    const known = replayed.kind === "here" && (seq === null || (replayed.value.steps.at(-1)?.seq ?? 0) >= seq) ? replayed.value : await read();
    if (!known) return;
    const first = known.steps.find((step) => step.decisions.length > 0)?.turn ?? 1;
    setPanel({ at: seq === null ? first : (turnAt(known.steps, seq) ?? first) });
    section.current?.scrollIntoView({ block: "nearest" });
  };
  useEffect(() => {
    if (asked) void open(asked.seq);
  }, [asked]);
  const steps = replayed.kind === "here" ? replayed.value.steps : [];
  return (
    <section class="retell" aria-labelledby="retell" ref={section}>
      <div class="section-head">
        <h2 id="retell">Replay</h2>
        <button type="button" onClick={() => void read()} disabled={replayed.kind === "working"}>
          <Icon name="returning" /> Verify
        </button>
        <button type="button" class="toggle" aria-pressed={panel !== null} aria-expanded={panel !== null} disabled={replayed.kind === "working"} onClick={() => (panel ? setPanel(null) : void open(null))}>
          What if…
        </button>
        <p class="retell-verdict" role="status">
          {replayed.kind === "none" && <span class="muted">Goes through every recorded turn with the campaigns of then.</span>}
          {replayed.kind === "working" && <span class="muted">Going through the recording…</span>}
          {replayed.kind === "failed" && <span class="warn">{replayed.message}</span>}
          {replayed.kind === "here" && <Verdict replayed={replayed.value} />}
        </p>
      </div>
      {replayed.kind === "here" && replayed.value.difference && <FirstDifference replayed={replayed.value} />}
      {panel && steps.length > 0 && <WhatIf key={panel.at} id={id} currency={currency} steps={steps} startedMs={replayed.kind === "here" ? replayed.value.startedMs : 0} at={panel.at} />}
    </section>
  );
}

function Verdict({ replayed }: { replayed: Replayed }) {
  const { good, words } = verdict(replayed);
  return (
    <span class={good ? "accent" : "warn"}>
      <Icon name={good ? "check" : "warning"} /> {words}
    </span>
  );
}

function FirstDifference({ replayed }: { replayed: Replayed }) {
  const difference = replayed.difference;
  const step = replayed.steps.find((one) => one.turn === difference?.turn);
  if (!difference || !step) return null;
  return (
    <div class="callout callout-warn">
      <p>
        First at turn {difference.turn}, <strong>{step.title}</strong>, with snapshot {step.snapshot}. Later differences may follow from it.
      </p>
      <div class="sides">
        <OneSide title="Expected" side={difference.expected} />
        <OneSide title="Got" side={difference.got} />
      </div>
    </div>
  );
}

function OneSide({ title, side }: { title: string; side: Side }) {
  return (
    <div>
      <h3>
        {title} <code>{side.digest}</code>
      </h3>
      {side.decisions.length === 0 && <p class="muted">No decision</p>}
      {side.decisions.map((proof) => (
        <ProofView key={proof.id} proof={proof} />
      ))}
      {(side.effects ?? []).map((effect, i) => (
        <p key={i} class="small">
          {effect}
        </p>
      ))}
    </div>
  );
}

interface WhatIfProps {
  id: string;
  currency: string;
  steps: readonly Step[];
  startedMs: number;
  at: number;
}

const PURPOSES = ["personalize", "remember", "measure", "share"];

function WhatIf({ id, currency, steps, startedMs, at }: WhatIfProps) {
  const [wish, setWish] = useState<Wish>({ at, cart: "", pause: "", consent: "" });
  const [told, setTold] = useState<State<Otherwise>>({ kind: "none" });
  const change = (part: Partial<Wish>): void => setWish((old) => ({ ...old, ...part }));
  const ask = async (event: Event): Promise<void> => {
    event.preventDefault();
    const body = changeOf(wish, currency);
    if (typeof body === "string") return setTold({ kind: "failed", message: body });
    setTold({ kind: "working" });
    const answer = await send<Otherwise>("POST", `/sessions/${encodeURIComponent(id)}/whatif`, body);
    setTold(answer.kind === "ok" ? { kind: "here", value: answer.value } : { kind: "failed", message: answer.message });
  };
  return (
    <div class="whatif">
      <form class="whatif-form" onSubmit={(event) => void ask(event)}>
        <label class="whatif-turn">
          Before turn
          <select value={String(wish.at)} onChange={(event) => change({ at: Number(event.currentTarget.value) })}>
            {steps.map((step) => (
              <option key={step.turn} value={String(step.turn)}>
                {step.turn} · {clock(step.atMs - startedMs)} · {step.title}
              </option>
            ))}
          </select>
        </label>
        <label>
          the cart is worth
          <input type="text" inputMode="decimal" placeholder="as it was" value={wish.cart} onInput={(event) => change({ cart: event.currentTarget.value })} size={9} aria-label={`Cart value in ${currency}`} />
        </label>
        <label>
          paused is
          <select value={wish.pause} onChange={(event) => change({ pause: event.currentTarget.value })}>
            <option value="">nothing more</option>
            {competitors(steps).map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
        <label>
          consent is
          <select value={wish.consent} onChange={(event) => change({ consent: event.currentTarget.value as Wish["consent"] })}>
            <option value="">as it was</option>
            {PURPOSES.map((purpose) => (
              <option key={purpose} value={`deny ${purpose}`}>
                no to {purpose}
              </option>
            ))}
            {PURPOSES.map((purpose) => (
              <option key={purpose} value={`allow ${purpose}`}>
                yes to {purpose}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="primary" disabled={told.kind === "working"}>
          Compare
        </button>
      </form>
      <div role="status">
        {told.kind === "failed" && <p class="warn">{told.message}</p>}
        {told.kind === "here" && <Comparison told={told.value} />}
      </div>
    </div>
  );
}

function Comparison({ told }: { told: Otherwise }) {
  const [all, setAll] = useState(false);
  const shown = all ? told.moments : told.moments.filter((moment) => !moment.same || moment.cause === "changed" || moment.cause === "replaced");
  const first = shown.findIndex((moment) => moment.after);
  const hidden = told.moments.length - shown.length;
  return (
    <>
      <p class="whatif-sum">
        {told.diverged === null ? (
          <>
            <Icon name="check" /> The page is told the same to the end of the visit.
          </>
        ) : (
          <>
            <strong>The page is told something else from turn {told.diverged} on.</strong> What the shopper does after that is still as recorded, and might have been otherwise.
          </>
        )}
        {told.unanswered > 0 && <span class="muted"> {count(told.unanswered)} {told.unanswered === 1 ? "offer is" : "offers are"} asked for that the recording has no answer for; none is made up.</span>}
        {told.hole ? <span class="muted"> Compared up to turn {told.hole}: inputs after it were not recorded.</span> : null}
      </p>
      {shown.length > 0 && (
        <table class="beside">
          <thead>
            <tr>
              <th>Turn</th>
              <th>As recorded</th>
              <th>As changed</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((moment, i) => (
              <Row key={i} moment={moment} startedMs={told.startedMs} mark={i === first} />
            ))}
          </tbody>
        </table>
      )}
      {(hidden > 0 || all) && (
        <button type="button" class="link small" onClick={() => setAll(!all)}>
          {all ? "Show only what differs" : `Show ${count(hidden)} more that ${hidden === 1 ? "is" : "are"} the same in both`}
        </button>
      )}
    </>
  );
}

function Row({ moment, startedMs, mark }: { moment: Beside; startedMs: number; mark: boolean }) {
  const own = moment.cause === "changed" || moment.cause === "replaced";
  return (
    <>
      {mark && (
        <tr class="beside-mark">
          <td colSpan={3}>after the first divergence</td>
        </tr>
      )}
      <tr class={`${moment.same ? "" : "differs"}${moment.after ? " after" : ""}`}>
        <td>
          {moment.cause === "changed" ? "" : moment.turn}
          <span class="muted small"> {clock(moment.atMs - startedMs)}</span>
        </td>
        <td data-name="As recorded">{moment.recorded ? <Told title={moment.was ?? moment.title} done={moment.recorded} /> : <span class="muted">–</span>}</td>
        <td data-name="As changed">
          <Told title={moment.title} done={moment.changed} own={own} />
          {moment.notes.map((note) => (
            <p key={note} class="muted small">
              {note}
            </p>
          ))}
        </td>
      </tr>
    </>
  );
}

function Told({ title, done, own }: { title: string; done: Done; own?: boolean }) {
  return (
    <>
      <p class="beside-title">
        {title} {own && <Tag tone="accent">changed</Tag>}
      </p>
      {done.decisions.map((sentence, i) => (
        <p key={i} class="beside-decision">
          <span class={`glyph glyph-${sentence.startsWith("Showed:") ? "pushed" : sentence.startsWith("Kept") ? "baseline" : "nothing"}`} aria-hidden="true" />
          <span>{sentence}</span>
        </p>
      ))}
      {done.effects.map((effect, i) => (
        <p key={`e${i}`} class="small beside-effect">
          {effect}
        </p>
      ))}
    </>
  );
}
