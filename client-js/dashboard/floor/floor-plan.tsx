// The plan on the page: two canvases, the names of rooms as buttons that filter, and what pointer and keys pick out.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Summary } from "../contract";
import { currentFeed, onFeed } from "../feed";
import { clock, count, money } from "../format";
import { navigate, paths } from "../router";
import type { TableView } from "../sessions/table-view";
import { Icon, deviceIcon } from "../ui/icons";
import { categoryName, deviceName, pageTitle, shortId, spelled } from "../words";
import { FloorEngine } from "./floor-engine";
import type { Chosen } from "./floor-engine";
import { MIXED_AISLE, layout, roomName } from "./plan";
import type { Plan, RoomId } from "./plan";

interface Labels {
  plan: Plan;
  rooms: Map<RoomId, number>;
  aisles: { name: string; x: number; y: number; w: number; visitors: number }[];
}

const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function FloorPlan({ view, onView }: { view: TableView; onView: (view: TableView) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const below = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const engine = useRef<FloorEngine | null>(null);
  const [labels, setLabels] = useState<Labels | null>(null);
  const [chosen, setChosen] = useState<Chosen | null>(null);

  useEffect(() => {
    if (!box.current || !below.current || !above.current) return;
    const size = (): Plan => {
      const width = Math.max(280, box.current?.clientWidth ?? 0);
      return layout(width, width < 560 ? Math.round(width * 1.28) : Math.round(Math.min(460, Math.max(340, width * 0.54))));
    };
    const running = new FloorEngine(below.current, above.current, size(), (next) => setChosen(next));
    engine.current = running;
    const read = (): void => {
      running.sync(currentFeed().floor);
      const counts = running.crowd.counts();
      const aisles = running.crowd.aisles.map(({ name, rect }) => ({ name, x: rect.x, y: rect.y, w: rect.w, visitors: counts.aisles.get(`product/${name}`) ?? 0 }));
      setLabels({ plan: running.plan, rooms: counts.rooms, aisles });
    };
    read();
    const stop = onFeed(read);
    const observer = new ResizeObserver(() => {
      const plan = size();
      if (plan.width === running.plan.width && plan.height === running.plan.height) return;
      running.resize(plan);
      read();
    });
    observer.observe(box.current);
    return () => {
      stop();
      observer.disconnect();
      running.stop();
      engine.current = null;
    };
  }, []);

  const plan = labels?.plan;
  const place = (event: PointerEvent): [number, number] => {
    const edge = (event.currentTarget as Element).getBoundingClientRect();
    return [event.clientX - edge.left, event.clientY - edge.top];
  };
  const open = (): void => {
    if (chosen) navigate(paths.session(chosen.summary.id));
  };
  const key = (event: KeyboardEvent): void => {
    const arrow = ARROWS[event.key];
    if (arrow) engine.current?.step(arrow[0], arrow[1]);
    else if (event.key === "Enter" && chosen) open();
    else if (event.key === "Escape") engine.current?.choose(null);
    else return;
    event.preventDefault();
  };
  return (
    <section class="plan" aria-label="Plan of the shop">
      <div ref={box} class="plan-box">
        <div
          class="plan-stage"
          style={plan ? { height: `${plan.height}px` } : {}}
          tabIndex={0}
          role="application"
          aria-label="Visitors on the plan. Arrow keys choose a visitor, Enter opens the visit. The table below lists the same visitors."
          onPointerMove={(event) => engine.current?.pick(...place(event), event.pointerType === "touch")}
          onPointerDown={(event) => engine.current?.pick(...place(event), event.pointerType === "touch")}
          onPointerLeave={() => engine.current?.choose(null)}
          onClick={open}
          onKeyDown={key}
          onBlur={() => engine.current?.choose(null)}
        >
          <canvas ref={below} />
          <canvas ref={above} />
          {chosen && plan && <Card chosen={chosen} plan={plan} />}
        </div>
        {labels?.plan.rooms.map((room) => (
          <RoomLabel key={room.id} id={room.id} x={room.rect.x} y={room.rect.y} visitors={labels.rooms.get(room.id) ?? 0} view={view} onView={onView} />
        ))}
        {labels?.aisles.map((aisle) => (
          <span key={aisle.name} class="aisle-label" style={{ left: `${aisle.x + 10}px`, top: `${aisle.y + 1}px`, maxWidth: `${aisle.w - 16}px` }}>
            {aisle.name === MIXED_AISLE ? (labels.aisles.length > 1 ? "Other" : "") : spelled(aisle.name)}
            {labels.aisles.length > 1 && aisle.w >= 104 && <span class="aisle-count">{count(aisle.visitors)}</span>}
          </span>
        ))}
        {plan && (
          <>
            <span class="plan-way" style={plan.upright ? { left: `${plan.corridor.x}px`, top: "-18px" } : { left: "8px", top: `${plan.corridor.y + 6}px` }}>
              {plan.upright ? "↓ Entrance" : "Entrance →"}
            </span>
          </>
        )}
      </div>
      <Legend />
    </section>
  );
}

interface RoomLabelProps {
  id: RoomId;
  x: number;
  y: number;
  visitors: number;
  view: TableView;
  onView: (view: TableView) => void;
}

function RoomLabel({ id, x, y, visitors, view, onView }: RoomLabelProps) {
  const on = view.room === id;
  return (
    <button type="button" class="room-label" aria-pressed={on} title={on ? "Show everybody in the table" : `Show only ${roomName(id)} in the table`} style={{ left: `${x + 4}px`, top: `${y + 3}px` }} onClick={() => onView({ ...view, room: on ? "" : id })}>
      {roomName(id)} <span class="room-count">{count(visitors)}</span>
    </button>
  );
}

function Card({ chosen, plan }: { chosen: Chosen; plan: Plan }) {
  const { summary, x, y } = chosen;
  const right = x > plan.width / 2;
  const low = y > plan.height / 2;
  const style = {
    left: right ? "auto" : `${x + 16}px`,
    right: right ? `${plan.width - x + 16}px` : "auto",
    top: low ? "auto" : `${Math.max(4, y - 12)}px`,
    bottom: low ? `${plan.height - y - 12}px` : "auto",
  };
  return (
    <div class="card" style={style} role="status">
      <p class="card-title">{pageTitle(summary)}</p>
      <p class="card-line muted">
        <Icon name={deviceIcon(summary.device)} /> {deviceName(summary.device)}
        {summary.country && ` · ${summary.country}`} · {summary.returning ? "returning" : "new"} · {shortId(summary.id)}
      </p>
      <dl>
        <dt>Attention here</dt>
        <dd>{clock(summary.pageAttentionMs)}</dd>
        <dt>Cart</dt>
        <dd class={summary.cartItems > 0 ? "money" : ""}>{cartText(summary)}</dd>
        <dt>Intent</dt>
        <dd>{Math.round(summary.intent * 100)}%</dd>
        {summary.interest && (
          <>
            <dt>Interest</dt>
            <dd>{categoryName(summary.interest)}</dd>
          </>
        )}
        {summary.lastDecision && (
          <>
            <dt>Last</dt>
            <dd>{spelled(summary.lastDecision.campaign)}</dd>
          </>
        )}
      </dl>
    </div>
  );
}

function cartText(summary: Summary): string {
  if (summary.cartItems === 0) return "empty";
  const currency = currentFeed().floor.overview?.currency ?? "";
  return `${money(summary.cartValue, currency)} · ${count(summary.cartItems)} ${summary.cartItems === 1 ? "item" : "items"}`;
}

function Legend() {
  return (
    <ul class="legend" aria-label="How to read the plan">
      <li>
        <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
          <circle cx="7" cy="7" r="3.2" class="legend-present" />
        </svg>
        attentive
      </li>
      <li>
        <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
          <circle cx="7" cy="7" r="3" class="legend-idle" />
        </svg>
        looking away
      </li>
      <li>
        <svg width="30" height="16" viewBox="0 0 30 16" aria-hidden="true">
          <circle cx="6" cy="8" r="3.4" class="legend-cart" />
          <circle cx="20" cy="8" r="6.6" class="legend-cart" />
        </svg>
        with a cart, by value
      </li>
      <li>
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="8" cy="8" r="3.2" class="legend-present" />
          <path d="M8 2a6 6 0 1 1-6 6" class="legend-ring" />
        </svg>
        attention to the page, up to 1 min
      </li>
      <li>
        <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
          <circle cx="9" cy="9" r="4" class="legend-ring" />
          <path d="M9 1v2M9 15v2M1 9h2M15 9h2M3.3 3.3l1.4 1.4M13.3 13.3l1.4 1.4M14.7 3.3l-1.4 1.4M4.7 13.3l-1.4 1.4" class="legend-ring" />
        </svg>
        push
      </li>
      <li>
        <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
          <circle cx="7" cy="7" r="5" class="legend-idle" />
        </svg>
        held back to measure
      </li>
    </ul>
  );
}
