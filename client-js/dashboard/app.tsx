// The frame around every page: navigation, state of the connection, the switch for everything, and which page is on show.

import { useEffect, useRef, useState } from "preact/hooks";
import { send } from "./api";
import { CampaignPage } from "./campaigns/detail";
import { CampaignsPage } from "./campaigns/list";
import { DefinitionsPage } from "./definitions/page";
import { DefinitionPanel } from "./definitions/term";
import { ExperimentPage } from "./experiments/detail";
import { ExperimentsPage } from "./experiments/list";
import type { Connection } from "./feed";
import { retryNow, serverNow, useFeed } from "./feed";
import { FloorPage } from "./floor/page";
import { count, span } from "./format";
import { OffersPage } from "./offers/page";
import { QualityPage } from "./quality/page";
import { RecommendationsPage } from "./recommendations/page";
import { paths, useRoute } from "./router";
import type { Route } from "./router";
import { SessionPage } from "./session/page";
import { SystemPage } from "./system/page";
import { Icon, Mark } from "./ui/icons";
import { Empty } from "./ui/parts";
import { nextTheme, storedTheme } from "./ui/theme";
import { useSeconds } from "./ui/time";

const PAGES: { name: string; icon: string; path: string; holds: Route["page"][] }[] = [
  { name: "Live floor", icon: "floor", path: paths.floor, holds: ["floor", "session"] },
  { name: "Campaigns", icon: "campaigns", path: paths.campaigns, holds: ["campaigns", "campaign"] },
  { name: "Experiments", icon: "experiments", path: paths.experiments, holds: ["experiments", "experiment"] },
  { name: "Offers", icon: "offers", path: paths.offers, holds: ["offers"] },
  { name: "Recommendations", icon: "recommendations", path: paths.recommendations, holds: ["recommendations"] },
  { name: "Data quality", icon: "quality", path: paths.quality, holds: ["quality"] },
  { name: "System", icon: "system", path: paths.system, holds: ["system"] },
];

export function App() {
  const route = useRoute();
  const { connection } = useFeed();
  const title = PAGES.find((page) => page.holds.includes(route.page))?.name ?? (route.page === "definitions" ? "Definitions" : "Not found");
  useEffect(() => {
    document.title = `${title} · Floorwalker`;
  }, [title]);
  // A page that changed without a reload takes the focus, as a loaded one would.
  const shown = useRef(route);
  useEffect(() => {
    if (shown.current !== route) document.getElementById("page")?.focus({ preventScroll: true });
    shown.current = route;
  }, [route]);
  if (connection.kind === "unauthorized") return <NeedsKey />;
  return (
    <div class="frame">
      <a class="skip" href="#page">
        Skip to the page
      </a>
      <Sidebar route={route} connection={connection} />
      <div class="stage">
        <Away connection={connection} />
        <EverythingOff />
        <main id="page" class={`page${connection.kind === "away" ? " page-away" : ""}`} tabIndex={-1}>
          <Page route={route} />
        </main>
      </div>
      <DefinitionPanel />
    </div>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "floor":
      return <FloorPage />;
    case "session":
      return <SessionPage key={route.id} id={route.id} />;
    case "campaigns":
      return <CampaignsPage />;
    case "campaign":
      return <CampaignPage key={route.id} id={route.id} />;
    case "experiments":
      return <ExperimentsPage />;
    case "experiment":
      return <ExperimentPage key={route.id} id={route.id} />;
    case "offers":
      return <OffersPage />;
    case "definitions":
      return <DefinitionsPage />;
    case "recommendations":
      return <RecommendationsPage />;
    case "quality":
      return <QualityPage />;
    case "system":
      return <SystemPage />;
    case "missing":
      return (
        <Empty isPage title="There is no such page" action={<a href={paths.floor}>Go to the live floor</a>}>
          The address may have been cut short.
        </Empty>
      );
  }
}

function Sidebar({ route, connection }: { route: Route; connection: Connection }) {
  const { floor } = useFeed();
  const overview = floor.overview;
  const [theme, setTheme] = useState(storedTheme);
  const strip = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the pages are a strip that is wider than the screen.
    strip.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [route]);
  const broken = overview?.campaignErrors ?? 0;
  const unwell = overview?.health?.some((check) => !check.ok) ?? false;
  return (
    <header class="sidebar">
      <a class="brand" href={paths.floor}>
        <Mark />
        <span>Floorwalker</span>
      </a>
      <nav aria-label="Pages" ref={strip}>
        {PAGES.map((page) => (
          <a key={page.path} class="nav-link" href={page.path} aria-current={page.holds.includes(route.page) ? "page" : undefined}>
            <Icon name={page.icon} />
            <span>{page.name}</span>
            {page.name === "Live floor" && overview && <span class="nav-count">{count(overview.sessions)}</span>}
            {page.name === "Campaigns" && broken > 0 && (
              <span class="nav-count warn" title="Campaign files that did not load">
                {broken} <Icon name="warning" label="with errors" />
              </span>
            )}
            {page.name === "System" && unwell && (
              <span class="nav-count warn">
                <Icon name="warning" label="Something is not well" />
              </span>
            )}
          </a>
        ))}
      </nav>
      <div class="sidebar-foot">
        <a class="quiet-link" href={paths.definitions}>
          <Icon name="definitions" />
          <span>Definitions</span>
        </a>
        <Switch off={overview?.off} />
        <button type="button" class="quiet" onClick={() => setTheme(nextTheme())} title="Change between the system's colors, light and dark">
          <Icon name="theme" />
          <span>{theme === "auto" ? "System colors" : theme === "light" ? "Light" : "Dark"}</span>
        </button>
        <p class="line-state" role="status">
          <span class={`lamp lamp-${connection.kind}`} aria-hidden="true" />
          {connection.kind === "live" ? "Live" : connection.kind === "connecting" ? "Connecting" : "Not connected"}
          {overview && <span class="muted"> · {overview.version}</span>}
        </p>
      </div>
    </header>
  );
}

/** Servers that do not report the switch leave this browser to remember what it asked for. */
let asked: boolean | undefined;

function Switch({ off }: { off: boolean | undefined }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const isOff = off ?? asked ?? false;
  const change = async (): Promise<void> => {
    const question = "Stop every campaign now? Shoppers see the shop's own content until you resume.";
    if (!isOff && !window.confirm(question)) return;
    setBusy(true);
    const answer = await send("POST", "/kill", { off: !isOff });
    setBusy(false);
    if (answer.kind === "ok") asked = !isOff;
    setProblem(answer.kind === "ok" ? "" : answer.message);
  };
  return (
    <>
      <button type="button" class={`quiet${isOff ? " accent" : ""}`} disabled={busy} onClick={change}>
        <Icon name={isOff ? "play" : "stop"} />
        <span>{isOff ? "Resume campaigns" : "Stop everything"}</span>
      </button>
      {problem && (
        <p class="warn small" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

function EverythingOff() {
  const { floor } = useFeed();
  if (!(floor.overview?.off ?? asked)) return null;
  return (
    <p class="banner banner-warn" role="status">
      <Icon name="stop" /> Everything is stopped. Shoppers see the shop's own content; nothing is pushed.
    </p>
  );
}

function Away({ connection }: { connection: Connection }) {
  useSeconds();
  const { floor } = useFeed();
  if (connection.kind !== "away") return null;
  const seconds = Math.max(0, Math.ceil((connection.retryAtMs - Date.now()) / 1000));
  const seen = floor.overview ? `This is how it was ${span(serverNow() - floor.overview.nowMs)} ago. ` : "";
  return (
    <p class="banner" role="status">
      <Icon name="connection" />
      <span>
        <strong>No connection to the server.</strong> {seen}Trying again {seconds > 0 ? `in ${seconds} s` : "now"}.
      </span>
      <button type="button" onClick={retryNow}>
        Try now
      </button>
    </p>
  );
}

function NeedsKey() {
  return (
    <main class="locked">
      <Mark />
      <h1>This dashboard needs a key</h1>
      <p>Open the link printed by the server. It works once and lets this browser in.</p>
      <p class="muted">If it has been used already, restart the server or ask whoever runs it for a new link.</p>
      <button type="button" onClick={() => location.reload()}>
        I have opened it
      </button>
    </main>
  );
}
