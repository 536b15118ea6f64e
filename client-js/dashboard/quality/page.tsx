// What the shop's integration does wrong and how each mistake is fixed; what was refused; who is a program.

import { useEffect, useState } from "preact/hooks";
import { get } from "../api";
import type { LibraryQuality, Problem, Quality, QualitySample, RefusedEvents } from "../contract";
import { ago, count, percent } from "../format";
import { Bar, Empty, Failure, Figure, Figures, Loading } from "../ui/parts";

const REFRESH_MS = 5000;

export function QualityPage() {
  const [found, setFound] = useState<Quality | null>(null);
  const [problem, setProblem] = useState("");
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const read = async (): Promise<void> => {
      const answer = await get<Quality>("/quality", abort.signal);
      if (abort.signal.aborted) return;
      if (answer.kind === "ok") setFound(answer.value);
      setProblem(answer.kind === "ok" ? "" : answer.message);
    };
    void read();
    const timer = setInterval(() => {
      if (!document.hidden) void read();
    }, REFRESH_MS);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [attempt]);
  if (!found) return problem ? <Failure message={problem} retry={() => setAttempt((n) => n + 1)} /> : <Loading lines={10} />;
  return <Shown found={found} />;
}

/** A share with as many digits as it needs to be seen. */
const shareOf = (share: number): string => (share > 0 && share < 0.001 ? "<0.1%" : (percent(share, 1) ?? "0%"));

export function Shown({ found }: { found: Quality }) {
  const serious = found.problems.filter((one) => one.isSerious);
  const others = found.problems.filter((one) => !one.isSerious);
  return (
    <>
      <h1 class="hidden">Data quality</h1>
      <Numbers found={found} />
      <section aria-labelledby="problems">
        <h2 id="problems">To fix</h2>
        {serious.length > 0 ? (
          <ul class="problems">
            {serious.map((one) => (
              <ProblemRow key={one.code} problem={one} now={found.nowMs} />
            ))}
          </ul>
        ) : found.totals.received === 0 ? (
          <Empty title="No page has sent anything yet">Put the script on a page of the shop and open it; what it sends shows here at once.</Empty>
        ) : (
          <p class="muted">Nothing. Products, prices, carts, orders and pages are as they should be.</p>
        )}
      </section>
      {others.length > 0 && (
        <section aria-labelledby="normal">
          <h2 id="normal">Seen, and within what is normal</h2>
          <ul class="problems">
            {others.map((one) => (
              <ProblemRow key={one.code} problem={one} now={found.nowMs} />
            ))}
          </ul>
        </section>
      )}
      <Refused refused={found.refused} now={found.nowMs} />
      <Libraries libraries={found.libraries} />
      <Programs traffic={found.traffic} />
    </>
  );
}

function Numbers({ found: { totals, problems, traffic } }: { found: Quality }) {
  const serious = problems.filter((one) => one.isSerious).length;
  const arrived = totals.received + totals.dropped > 0 ? totals.received / (totals.received + totals.dropped) : null;
  return (
    <Figures label="Since the server started">
      <Figure large label="To fix" value={count(serious)} {...(serious ? { tone: "warn" as const } : {})} note={serious === 1 ? "kind of mistake" : "kinds of mistakes"} />
      <Figure large label="Events" value={count(totals.received)} note={`${count(totals.duplicates)} came twice and count once`} />
      <Figure large label="Arrived" value={arrived === null ? "–" : percentExact(arrived)} note={`${count(totals.dropped)} were dropped by pages`} />
      <Figure large label="Refused" value={totals.received ? shareOf(totals.rejected / totals.received) : "–"} note={`${count(totals.rejected)} events`} />
      <Figure large label="Programs" value={count(traffic.bots)} note={`and ${count(traffic.suspected)} suspects, of ${count(traffic.visits)} visits`} />
    </Figures>
  );
}

/** Near one, the digits behind the point are what matters; it is never rounded up to all. */
export const percentExact = (share: number): string => (share >= 1 ? "100%" : `${(Math.floor(share * 1e4) / 100).toFixed(2)}%`);

function ProblemRow({ problem, now }: { problem: Problem; now: number }) {
  const { title, effect, fix, share, tolerated, isSerious, places, samples, recent, lastMs } = problem;
  return (
    <li class={`problem${isSerious ? " problem-serious" : ""}`}>
      <div class="problem-what">
        <p class="problem-title">{title}</p>
        <p>{withCode(fix)}</p>
        <p class="muted small">{effect}</p>
        <Samples samples={samples} now={now} />
      </div>
      <div class="problem-share">
        <p>
          <strong>{shareOf(share)}</strong> <span class="muted small">{count(problem.count)} in all</span>
        </p>
        <Bar share={share} tone={isSerious ? "accent" : "muted"} />
        <p class="muted small">
          {tolerated > 0 ? `normal is up to ${shareOf(tolerated)}` : "should not happen"}; {recent > 0 ? `${count(recent)} of late` : `last ${ago(lastMs, now)}`}
        </p>
        <ul class="problem-places small">
          {places.slice(0, 4).map((place) => (
            <li key={`${place.page} ${place.library}`}>
              {place.page} <span class="muted">{place.library}</span> <span class="num">{count(place.count)}</span>
            </li>
          ))}
          {places.length > 4 && <li class="muted">and {places.length - 4} more places</li>}
        </ul>
      </div>
    </li>
  );
}

/** What stands between backquotes is code. */
const withCode = (text: string) => text.split("`").map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part));

function Samples({ samples, now }: { samples: readonly QualitySample[]; now: number }) {
  const told = samples.filter((sample) => sample.text);
  if (told.length === 0) return null;
  return (
    <ul class="samples small">
      {told.map((sample, i) => (
        <li key={i}>
          <code>{sample.text.replaceAll("`", "")}</code> <span class="muted">{sample.page}, {ago(sample.atMs, now)}</span>
        </li>
      ))}
    </ul>
  );
}

function Refused({ refused, now }: { refused: readonly RefusedEvents[]; now: number }) {
  if (refused.length === 0) return null;
  return (
    <section aria-labelledby="refused">
      <h2 id="refused">Refused events</h2>
      <div class="scroll-x" role="group" aria-labelledby="refused" tabIndex={0}>
        <table class="quality-table">
          <thead>
            <tr>
              <th scope="col">Event</th>
              <th scope="col">Why</th>
              <th scope="col">Page</th>
              <th scope="col">Library</th>
              <th scope="col" class="num">
                Times
              </th>
              <th scope="col" class="num">
                Of its kind
              </th>
              <th scope="col">Latest</th>
            </tr>
          </thead>
          <tbody>
            {refused.map((one) => (
              <tr key={`${one.kind} ${one.reason} ${one.field} ${one.page} ${one.library}`}>
                <td>{one.kind}</td>
                <td>
                  {one.reason.replaceAll("_", " ")} {one.field && <code>{one.field}</code>}
                </td>
                <td>{one.page}</td>
                <td>{one.library}</td>
                <td class="num">{count(one.count)}</td>
                <td class="num">{shareOf(one.share)}</td>
                <td>
                  <Samples samples={one.samples} now={now} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Libraries({ libraries }: { libraries: readonly LibraryQuality[] }) {
  if (libraries.length === 0) return null;
  return (
    <section aria-labelledby="libraries">
      <h2 id="libraries">Library versions</h2>
      <div class="scroll-x" role="group" aria-labelledby="libraries" tabIndex={0}>
        <table class="quality-table">
          <thead>
            <tr>
              <th scope="col">Version</th>
              {["Pages opened", "Events", "Arrived", "Dropped", "Came twice", "Late", "Gaps", "Clocks off"].map((name) => (
                <th key={name} scope="col" class="num">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {libraries.map((one) => (
              <tr key={one.name}>
                <td>{one.name}</td>
                <td class="num">{count(one.hellos)}</td>
                <td class="num">{count(one.received)}</td>
                <td class="num">{one.delivery === null ? "–" : percentExact(one.delivery)}</td>
                <td class="num">{count(one.dropped)}</td>
                <td class="num">{count(one.duplicates)}</td>
                <td class="num">{count(one.late)}</td>
                <td class="num">{count(one.gaps)}</td>
                <td class="num">{count(one.clockOff)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Programs({ traffic }: { traffic: Quality["traffic"] }) {
  return (
    <section aria-labelledby="programs">
      <h2 id="programs">Programs among the visits</h2>
      <p class="muted">
        A program gets the neutral page, no offers, and counts in no result; a suspect is served and teaches nothing. One that says what it is needs no second sign, every other
        needs two.
      </p>
      {traffic.signs.length > 0 && (
        <ul class="signs">
          {traffic.signs.map((sign) => (
            <li key={sign.name}>
              <span class="num">{count(sign.count)}</span> {sign.sentence}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
