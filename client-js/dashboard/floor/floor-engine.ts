// Keeps the picture moving: takes the floor's states, repaints what changed, and finds who is under the pointer.

import type { Summary } from "../contract";
import type { FloorState } from "../feed-state";
import { onThemeChange } from "../ui/theme";
import { Crowd, largeCart } from "./crowd";
import type { Person } from "./crowd";
import { dotsOf, paintChosen, paintGlows, paintPeople, paintRooms, radiusOf, readPalette } from "./paint";
import type { Palette } from "./paint";
import type { Plan } from "./plan";
import { kindle, phase } from "./sparks";
import type { Glow } from "./sparks";

export interface Chosen {
  summary: Summary;
  x: number;
  y: number;
}

/** Sparks of one message are spread over the time until the next one. */
const SPREAD_MS = 450;
/** From this many people on, painting them all costs more than a frame has; arrivals then wait for the next state's painting. */
const MANY = 1500;
const REACH_POINTER = 14;
const REACH_TOUCH = 26;

export class FloorEngine {
  readonly crowd: Crowd;
  private palette: Palette;
  private glows: Glow[] = [];
  private chosen: string | null = null;
  private frame = 0;
  private revision = -1;
  private lastSparkMs = 0;
  private large = 0;
  private base = 3;
  private readonly stillness = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly stopTheme: () => void;

  constructor(
    private readonly below: HTMLCanvasElement,
    private readonly above: HTMLCanvasElement,
    public plan: Plan,
    private readonly onChosen: (chosen: Chosen | null) => void,
  ) {
    this.crowd = new Crowd(plan);
    this.palette = readPalette();
    this.stopTheme = onThemeChange(() => {
      this.palette = readPalette();
      this.paintBelow();
      this.wake();
    });
    this.fit();
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.stopTheme();
  }

  resize(plan: Plan): void {
    this.plan = plan;
    this.crowd.resize(plan);
    this.fit();
    this.paintBelow();
    this.wake();
  }

  /** Takes the newest state; states already seen cost nothing. */
  sync(floor: FloorState): void {
    if (floor.revision === this.revision) return;
    const first = this.revision === -1;
    this.revision = floor.revision;
    const nowMs = performance.now();
    this.crowd.advance(nowMs);
    this.crowd.sync(floor.sessions, nowMs, this.stillness.matches || document.hidden);
    this.large = largeCart(floor.sessions.values());
    this.base = this.crowd.baseRadius();
    const fresh = floor.sparks.filter((spark) => spark.atMs > this.lastSparkMs);
    this.lastSparkMs = Math.max(this.lastSparkMs, floor.sparks[0]?.atMs ?? 0);
    if (!first && fresh.length > 0) this.glows = kindle(this.glows, fresh, nowMs, SPREAD_MS);
    this.paintBelow();
    this.tellChosen();
    this.wake();
  }

  /** Chooses the visitor nearest to a point, if one is close. */
  pick(x: number, y: number, touch: boolean): void {
    const nowMs = performance.now();
    let nearest: Person | null = null;
    let best = (touch ? REACH_TOUCH : REACH_POINTER) ** 2;
    for (const person of this.crowd.people.values()) {
      const at = this.crowd.position(person, nowMs);
      const far = (at.x - x) ** 2 + (at.y - y) ** 2;
      if (far >= best) continue;
      best = far;
      nearest = person;
    }
    this.choose(nearest?.id ?? null);
  }

  /** Chooses the next visitor in a direction from the chosen one: near, and more ahead than aside. */
  step(dx: number, dy: number): void {
    const nowMs = performance.now();
    const from = this.chosen === null ? undefined : this.crowd.people.get(this.chosen);
    const start = from ? this.crowd.position(from, nowMs) : this.plan.entrance;
    let next: Person | null = null;
    let best = Number.POSITIVE_INFINITY;
    for (const person of this.crowd.people.values()) {
      if (person === from) continue;
      const at = this.crowd.position(person, nowMs);
      const ahead = (at.x - start.x) * dx + (at.y - start.y) * dy;
      if (from && ahead <= 0.5) continue;
      const aside = Math.abs((at.x - start.x) * dy) + Math.abs((at.y - start.y) * dx);
      const cost = Math.abs(ahead) + 2 * aside;
      if (cost >= best) continue;
      best = cost;
      next = person;
    }
    if (next) this.choose(next.id);
  }

  choose(id: string | null): void {
    if (id === this.chosen) return;
    this.chosen = id;
    this.above.style.cursor = id === null ? "" : "pointer";
    this.tellChosen();
    this.wake();
  }

  private tellChosen(): void {
    const person = this.chosen === null ? undefined : this.crowd.people.get(this.chosen);
    if (!person) {
      if (this.chosen !== null) this.chosen = null;
      this.onChosen(null);
      return;
    }
    this.onChosen({ summary: person.summary, ...this.crowd.position(person, performance.now()) });
  }

  private fit(): void {
    const scale = Math.min(3, devicePixelRatio || 1);
    for (const canvas of [this.below, this.above]) {
      canvas.width = Math.round(this.plan.width * scale);
      canvas.height = Math.round(this.plan.height * scale);
      canvas.style.width = `${this.plan.width}px`;
      canvas.style.height = `${this.plan.height}px`;
      canvas.getContext("2d")?.setTransform(scale, 0, 0, scale, 0, 0);
    }
  }

  private paintBelow(): void {
    const ctx = this.below.getContext("2d");
    if (!ctx) return;
    ctx.clearRect(0, 0, this.plan.width, this.plan.height);
    paintRooms(ctx, this.plan, this.crowd, this.palette);
    paintPeople(ctx, dotsOf(this.crowd, performance.now(), false, this.base, this.large), this.palette);
  }

  private wake(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.paintAbove());
  }

  /** Runs only while somebody walks or something glows; a quiet floor costs no frames. */
  private paintAbove(): void {
    this.frame = 0;
    const ctx = this.above.getContext("2d");
    if (!ctx) return;
    const nowMs = performance.now();
    if (this.crowd.people.size < MANY && this.crowd.advance(nowMs)) this.paintBelow();
    ctx.clearRect(0, 0, this.plan.width, this.plan.height);
    paintPeople(ctx, dotsOf(this.crowd, nowMs, true, this.base, this.large), this.palette);
    paintGlows(ctx, this.glows, this.crowd, this.palette, nowMs, this.stillness.matches);
    const person = this.chosen === null ? undefined : this.crowd.people.get(this.chosen);
    if (person) paintChosen(ctx, this.crowd.position(person, nowMs), radiusOf(person, this.base, this.large), this.palette);
    this.glows = this.glows.filter((glow) => glow.bornMs > nowMs || phase(glow, nowMs) !== null);
    if (this.crowd.isMoving(nowMs) || this.glows.length > 0) this.wake();
  }
}
