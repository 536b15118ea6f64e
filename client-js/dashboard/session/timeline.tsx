// The visit from its first page down, in plain words, growing at the end as it happens.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Entry } from "../contract";
import { clock, count, exactly, span } from "../format";
import { Icon } from "../ui/icons";
import { Empty } from "../ui/parts";
import { kindName, plainValue, spelled } from "../words";
import { ProofView } from "./proof-view";
import { linesOf } from "./timeline-view";
import type { Show } from "./timeline-view";

interface TimelineProps {
  entries: readonly Entry[];
  startedMs: number;
  ended: boolean;
  /** Asks what would have been had something been otherwise at this entry. */
  whatIf?: (entry: Entry) => void;
}

export function Timeline({ entries, startedMs, ended, whatIf }: TimelineProps) {
  const [show, setShow] = useState<Show>("all");
  const [following, setFollowing] = useState(false);
  const end = useRef<HTMLDivElement>(null);
  const lines = linesOf(entries, show);
  const newest = entries.at(-1)?.seq;
  useEffect(() => {
    if (following) end.current?.scrollIntoView({ block: "end" });
  }, [following, newest]);
  const decisions = entries.filter((entry) => entry.kind === "decision").length;
  return (
    <section class="timeline" aria-label="Timeline">
      <div class="section-head">
        <h2>What happened</h2>
        <button type="button" class="toggle" aria-pressed={show === "all"} onClick={() => setShow("all")}>
          Everything <span class="muted">{count(entries.length)}</span>
        </button>
        <button type="button" class="toggle" aria-pressed={show === "decisions"} onClick={() => setShow("decisions")}>
          Decisions <span class="muted">{count(decisions)}</span>
        </button>
        {!ended && (
          <button type="button" class="toggle" aria-pressed={following} onClick={() => setFollowing(!following)}>
            Follow
          </button>
        )}
      </div>
      {lines.length === 0 ? (
        <Empty title={show === "all" ? "Nothing has happened yet" : "No decision yet"}>{show === "all" ? "The first event appears here as it arrives." : "Decisions appear when a campaign's trigger fires."}</Empty>
      ) : (
        <ol class="entries">
          {lines.map((line) =>
            line.kind === "silence" ? (
              <li key={line.key} class="silence">
                {span(line.ms)} of quiet
              </li>
            ) : (
              <Line key={line.entry.seq} entry={line.entry} startedMs={startedMs} {...(whatIf ? { whatIf } : {})} />
            ),
          )}
        </ol>
      )}
      {!ended && lines.length > 0 && (
        <p class="growing muted">
          <span class="lamp lamp-live" aria-hidden="true" /> Grows as it happens
        </p>
      )}
      <div ref={end} />
    </section>
  );
}

function glyphOf(entry: Entry): string {
  if (entry.kind === "decision") return entry.proof?.outcome ?? "nothing";
  return entry.kind;
}

function Line({ entry, startedMs, whatIf }: { entry: Entry; startedMs: number; whatIf?: (entry: Entry) => void }) {
  const facts = Object.entries(entry.detail ?? {});
  return (
    <li class={`entry entry-${entry.kind} entry-${glyphOf(entry)}`}>
      <time class="entry-time" dateTime={new Date(entry.atMs).toISOString()} title={exactly(entry.atMs)}>
        {clock(entry.atMs - startedMs)}
      </time>
      <span class="entry-mark" title={kindName(entry.kind)}>
        {entry.kind === "connection" ? <Icon name="connection" /> : entry.kind === "timer" ? <Icon name="timer" /> : <span class={`glyph glyph-${glyphOf(entry)}`} />}
        <span class="hidden">{kindName(entry.kind)}: </span>
      </span>
      <div class="entry-body">
        {whatIf && (
          <button type="button" class="entry-ask" onClick={() => whatIf(entry)}>
            What if…
          </button>
        )}
        <p class="entry-title">{entry.title}</p>
        {facts.length > 0 && (
          <p class="entry-facts">
            {facts.map(([name, value]) => (
              <span key={name}>
                <span class="muted">{spelled(name.replace(/([a-z])([A-Z])/g, "$1 $2")).toLowerCase()}</span> {plainValue(value)}
              </span>
            ))}
          </p>
        )}
        {entry.proof && <ProofView proof={entry.proof} />}
      </div>
    </li>
  );
}
