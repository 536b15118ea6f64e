// Paints the plan: walls and the standing crowd on one canvas, walkers and sparks on another above it.

import { tokenColor } from "../ui/theme";
import { cartScale, ringShare } from "./crowd";
import type { Crowd, Person } from "./crowd";
import { DOOR } from "./plan";
import type { Plan, Point, Rect } from "./plan";
import { phase } from "./sparks";
import type { Glow } from "./sparks";

export interface Palette {
  text: string;
  muted: string;
  line: string;
  floor: string;
  accent: string;
  money: string;
  wall: string;
}

export function readPalette(): Palette {
  return {
    text: tokenColor("--text"),
    muted: tokenColor("--muted"),
    line: tokenColor("--line"),
    floor: tokenColor("--raised"),
    accent: tokenColor("--accent"),
    money: tokenColor("--money"),
    wall: tokenColor("--wall"),
  };
}

const TURN = Math.PI * 2;
/** A shorter arc is a speck and not a ring. */
const SHORTEST_RING = 0.12;

/** Walls with gaps for doors, and shelves as short strokes between aisles. */
export function paintRooms(ctx: CanvasRenderingContext2D, plan: Plan, crowd: Crowd, palette: Palette): void {
  ctx.fillStyle = palette.floor;
  for (const room of plan.rooms) ctx.fillRect(room.rect.x, room.rect.y, room.rect.w, room.rect.h);
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const aisle of crowd.aisles) shelf(ctx, aisle.rect, plan);
  ctx.stroke();
  ctx.strokeStyle = palette.wall;
  ctx.lineWidth = 1.5;
  ctx.lineCap = "square";
  ctx.beginPath();
  for (const room of plan.rooms) walls(ctx, room.rect, room.door, plan);
  const { corridor, upright } = plan;
  // The corridor is closed at the far end; the entrance is the open one.
  if (upright) line(ctx, corridor.x, plan.height - 0.75, corridor.x + corridor.w, plan.height - 0.75);
  else line(ctx, plan.width - 0.75, corridor.y, plan.width - 0.75, corridor.y + corridor.h);
  ctx.stroke();
}

function shelf(ctx: CanvasRenderingContext2D, rect: Rect, plan: Plan): void {
  const product = plan.rooms.find((room) => room.id === "product")?.rect;
  if (!product) return;
  if (rect.x > product.x + 1) line(ctx, rect.x, rect.y + 6, rect.x, rect.y + rect.h - 8);
  if (rect.y > product.y + 40) line(ctx, rect.x + 10, rect.y, rect.x + rect.w - 10, rect.y);
}

function walls(ctx: CanvasRenderingContext2D, rect: Rect, door: Point, plan: Plan): void {
  const left = Math.max(0.75, rect.x);
  const top = Math.max(0.75, rect.y);
  const right = Math.min(plan.width - 0.75, rect.x + rect.w);
  const bottom = Math.min(plan.height - 0.75, rect.y + rect.h);
  const half = DOOR / 2;
  const across = (y: number): void => {
    if (!plan.upright && Math.abs(y - door.y) < 2) {
      line(ctx, left, y, door.x - half, y);
      line(ctx, door.x + half, y, right, y);
    } else line(ctx, left, y, right, y);
  };
  const down = (x: number): void => {
    if (plan.upright && Math.abs(x - door.x) < 2) {
      line(ctx, x, top, x, door.y - half);
      line(ctx, x, door.y + half, x, bottom);
    } else line(ctx, x, top, x, bottom);
  };
  across(top);
  across(bottom);
  down(left);
  down(right);
}

function line(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
}

interface Dot {
  person: Person;
  at: Point;
  radius: number;
}

/** Paints people in few passes, one path per look, so that thousands cost a handful of canvas calls each. */
export function paintPeople(ctx: CanvasRenderingContext2D, dots: readonly Dot[], palette: Palette): void {
  const idle = new Path2D();
  const present = new Path2D();
  const carts = new Path2D();
  const idleCarts = new Path2D();
  const rings = new Path2D();
  for (const { person, at, radius } of dots) {
    const { attentive, cartItems } = person.summary;
    const path = cartItems > 0 ? (attentive ? carts : idleCarts) : attentive ? present : idle;
    path.moveTo(at.x + radius, at.y);
    path.arc(at.x, at.y, radius, 0, TURN);
    const share = ringShare(person.summary);
    if (share > SHORTEST_RING) {
      const out = radius + Math.min(2, 0.5 + radius / 2);
      rings.moveTo(at.x, at.y - out);
      rings.arc(at.x, at.y, out, -TURN / 4, -TURN / 4 + TURN * share);
    }
  }
  ctx.lineWidth = 1.1;
  ctx.strokeStyle = palette.muted;
  ctx.globalAlpha = 0.75;
  ctx.stroke(idle);
  ctx.strokeStyle = palette.money;
  ctx.stroke(idleCarts);
  ctx.globalAlpha = 0.78;
  ctx.fillStyle = palette.text;
  ctx.fill(present);
  ctx.globalAlpha = 0.92;
  ctx.fillStyle = palette.money;
  ctx.fill(carts);
  ctx.globalAlpha = 1;
  ctx.lineWidth = 1.4;
  ctx.strokeStyle = palette.accent;
  ctx.stroke(rings);
}

/** The radius of one person's dot in px. */
export function radiusOf(person: Person, base: number, large: number): number {
  return base * (person.summary.cartItems > 0 ? cartScale(person.summary.cartValue, large) : 1);
}

/** The crowd split by who stands and who walks. */
export function dotsOf(crowd: Crowd, nowMs: number, walking: boolean, base: number, large: number): Dot[] {
  const people = walking ? crowd.walkers : crowd.people.values();
  const dots: Dot[] = [];
  for (const person of people) {
    if (!walking && person.walk) continue;
    if (person.walk?.leaving && nowMs >= person.walk.untilMs) continue;
    dots.push({ person, at: crowd.position(person, nowMs), radius: radiusOf(person, base, large) });
  }
  return dots;
}

/** Paints what the engine just did: a ring that opens, with rays if something was pushed. */
export function paintGlows(ctx: CanvasRenderingContext2D, glows: readonly Glow[], crowd: Crowd, palette: Palette, nowMs: number, still: boolean): void {
  for (const glow of glows) {
    const person = crowd.people.get(glow.session);
    const look = phase(glow, nowMs);
    if (!person || !look) continue;
    const at = crowd.position(person, nowMs);
    const reach = still ? 0.6 : look.reach;
    const radius = 6 + 12 * reach;
    ctx.globalAlpha = look.strength;
    ctx.lineWidth = glow.rays ? 2 : 1.25;
    ctx.strokeStyle = glow.rays ? palette.accent : palette.muted;
    ctx.beginPath();
    ctx.arc(at.x, at.y, radius, 0, TURN);
    if (glow.rays) {
      for (let ray = 0; ray < 8; ray += 1) {
        const angle = (ray * TURN) / 8 + TURN / 16;
        const from = radius + 3;
        const to = radius + 3 + 6 * (1 - Math.abs(2 * reach - 1) * 0.4);
        line(ctx, at.x + Math.cos(angle) * from, at.y + Math.sin(angle) * from, at.x + Math.cos(angle) * to, at.y + Math.sin(angle) * to);
      }
    }
    ctx.stroke();
    if (glow.rays) {
      ctx.globalAlpha = look.strength * 0.16;
      ctx.fillStyle = palette.accent;
      ctx.fill();
    }
  }
  ctx.globalAlpha = 1;
}

/** Marks the visitor under the pointer or chosen by keyboard. */
export function paintChosen(ctx: CanvasRenderingContext2D, at: Point, radius: number, palette: Palette): void {
  ctx.strokeStyle = palette.text;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.arc(at.x, at.y, radius + 6, 0, TURN);
  ctx.stroke();
}
