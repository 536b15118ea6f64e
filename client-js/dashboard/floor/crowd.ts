// Who stands where on the plan and who walks. Pure: sessions, a plan and the time in, places out.

import type { Summary } from "../contract";
import { department } from "../words";
import { MIXED_AISLE, StandingPoints, along, chooseAisles, divide, roomOf, walkingPath } from "./plan";
import type { Aisle, AisleChoice, Plan, Point, Rect, RoomId } from "./plan";

/** Long enough for the eye to follow somebody through a door. */
const WALK_MS = 900;
const LEAVE_MS = 500;
/** With more walkers than this at once nobody could follow any; the rest appear at their places. */
const WALKERS_MAX = 150;

export interface Person {
  id: string;
  room: RoomId;
  zone: string;
  slot: number;
  place: Point;
  walk: { path: Point[]; fromMs: number; untilMs: number; leaving: boolean } | null;
  summary: Summary;
}

interface Zone {
  rect: Rect;
  points: StandingPoints;
  /** One flag per standing point. */
  taken: boolean[];
  visitors: number;
  lowestFree: number;
}

export interface CrowdCounts {
  rooms: Map<RoomId, number>;
  aisles: Map<string, number>;
}

const LABEL = 28;
const AISLE_LABEL = 23;
const MARGIN = 9;
const ENTRANCE = 84;

export class Crowd {
  readonly people = new Map<string, Person>();
  readonly walkers = new Set<Person>();
  aisles: Aisle[] = [];
  private choice: AisleChoice = { weights: [], visitors: 0 };
  private zones = new Map<string, Zone>();

  constructor(private plan: Plan) {
    this.rebuildZones();
  }

  /** Moves everybody to a new plan at once; nobody walks because a window was resized. */
  resize(plan: Plan): void {
    // A plan turned upright has other aisles; the next state chooses them.
    if (plan.upright !== this.plan.upright) this.choice = { weights: [], visitors: 0 };
    this.plan = plan;
    this.rebuildZones();
    this.settle();
  }

  /** Brings the crowd up to date with the floor. `still` is for readers who asked for no motion. */
  sync(sessions: ReadonlyMap<string, Summary>, nowMs: number, still: boolean): void {
    this.updateAisles(sessions);
    for (const person of this.people.values()) {
      if (!sessions.has(person.id) && !person.walk?.leaving) this.leave(person, nowMs, still);
    }
    const first = this.people.size === 0;
    for (const summary of sessions.values()) this.place(summary, nowMs, still || first);
  }

  /** Ends finished walks. Returns whether anybody arrived, so that the standing crowd must be painted again. */
  advance(nowMs: number): boolean {
    let arrived = false;
    for (const person of this.walkers) {
      const walk = person.walk;
      if (walk && nowMs < walk.untilMs) continue;
      this.walkers.delete(person);
      person.walk = null;
      if (walk?.leaving) this.people.delete(person.id);
      arrived = true;
    }
    return arrived;
  }

  /** Whether anybody is still on the way. */
  isMoving(nowMs: number): boolean {
    for (const person of this.walkers) if (person.walk && person.walk.untilMs > nowMs) return true;
    return false;
  }

  /** Where a person is at this moment. */
  position(person: Person, nowMs: number): Point {
    const walk = person.walk;
    if (!walk) return person.place;
    const share = (nowMs - walk.fromMs) / (walk.untilMs - walk.fromMs);
    return along(walk.path, easeInOut(Math.min(1, Math.max(0, share))));
  }

  counts(): CrowdCounts {
    const rooms = new Map<RoomId, number>();
    const aisles = new Map<string, number>();
    for (const person of this.people.values()) {
      if (person.walk?.leaving) continue;
      rooms.set(person.room, (rooms.get(person.room) ?? 0) + 1);
      if (person.room === "product") aisles.set(person.zone, (aisles.get(person.zone) ?? 0) + 1);
    }
    return { rooms, aisles };
  }

  /** The dot radius at which the fullest zone still shows single people, in px. */
  baseRadius(): number {
    let smallest = 4;
    for (const zone of this.zones.values()) {
      if (zone.visitors === 0) continue;
      smallest = Math.min(smallest, 0.23 * Math.sqrt((zone.rect.w * zone.rect.h) / zone.visitors));
    }
    return Math.max(1.4, smallest);
  }

  private place(summary: Summary, nowMs: number, still: boolean): void {
    const room = roomOf(summary.page?.kind);
    const zone = this.zoneOf(room, summary);
    const known = this.people.get(summary.id);
    if (known && !known.walk?.leaving && known.zone === zone) {
      known.summary = summary;
      return;
    }
    const from = known ? this.position(known, nowMs) : this.plan.entrance;
    const fromRoom = known ? known.room : null;
    if (known) this.release(known);
    const slot = this.take(zone);
    const person: Person = known ?? { id: summary.id, room, zone, slot, place: from, walk: null, summary };
    person.summary = summary;
    person.room = room;
    person.zone = zone;
    person.slot = slot;
    person.place = this.pointOf(zone, slot);
    this.people.set(person.id, person);
    if (still || (this.walkers.size >= WALKERS_MAX && !this.walkers.has(person))) {
      this.walkers.delete(person);
      person.walk = null;
      return;
    }
    const path = walkingPath(this.plan, from, fromRoom, person.place, room);
    person.walk = { path, fromMs: nowMs, untilMs: nowMs + WALK_MS, leaving: false };
    this.walkers.add(person);
  }

  private leave(person: Person, nowMs: number, still: boolean): void {
    this.release(person);
    if (still || this.walkers.size >= WALKERS_MAX) {
      this.walkers.delete(person);
      this.people.delete(person.id);
      return;
    }
    const path = walkingPath(this.plan, this.position(person, nowMs), person.room, this.plan.entrance, null);
    person.walk = { path, fromMs: nowMs, untilMs: nowMs + LEAVE_MS, leaving: true };
    this.walkers.add(person);
  }

  private take(key: string): number {
    const zone = this.zones.get(key);
    if (!zone) return 0;
    let slot = zone.lowestFree;
    while (zone.taken[slot]) slot += 1;
    zone.taken[slot] = true;
    zone.lowestFree = slot + 1;
    zone.visitors += 1;
    return slot;
  }

  private release(person: Person): void {
    const zone = this.zones.get(person.zone);
    if (!zone || !zone.taken[person.slot]) return;
    zone.taken[person.slot] = false;
    zone.lowestFree = Math.min(zone.lowestFree, person.slot);
    zone.visitors -= 1;
  }

  private pointOf(zone: string, slot: number): Point {
    return this.zones.get(zone)?.points.at(slot) ?? this.plan.entrance;
  }

  private zoneOf(room: RoomId, summary: Summary): string {
    if (room !== "product") return room;
    const name = department(summary.page?.category);
    return `product/${this.choice.weights.some(([aisle]) => aisle === name) ? name : MIXED_AISLE}`;
  }

  private updateAisles(sessions: ReadonlyMap<string, Summary>): void {
    const byDepartment = new Map<string, number>();
    for (const summary of sessions.values()) {
      if (roomOf(summary.page?.kind) !== "product") continue;
      const name = department(summary.page?.category);
      byDepartment.set(name, (byDepartment.get(name) ?? 0) + 1);
    }
    const choice = chooseAisles(this.choice, byDepartment, this.plan.upright);
    if (choice === this.choice) return;
    this.choice = choice;
    this.rebuildZones();
    this.settle();
  }

  private rebuildZones(): void {
    this.zones = new Map();
    const add = (key: string, rect: Rect, label: number): void => {
      const inner = { x: rect.x + MARGIN, y: rect.y + label, w: rect.w - 2 * MARGIN, h: rect.h - label - MARGIN };
      const floor = { ...inner, w: Math.max(8, inner.w), h: Math.max(8, inner.h) };
      this.zones.set(key, { rect: floor, points: new StandingPoints(floor), taken: [], visitors: 0, lowestFree: 0 });
    };
    for (const room of this.plan.rooms) {
      if (room.id !== "product") add(room.id, room.rect, LABEL);
      else {
        const { x, y, w, h } = room.rect;
        const aisles: AisleChoice["weights"] = this.choice.weights.length > 0 ? this.choice.weights : [[MIXED_AISLE, 1]];
        this.aisles = divide({ x, y: y + LABEL, w, h: h - LABEL }, aisles);
        for (const aisle of this.aisles) add(`product/${aisle.name}`, aisle.rect, AISLE_LABEL);
      }
    }
    const { x, y, w, h } = this.plan.corridor;
    // The first part of the corridor holds the word at the entrance.
    add("other", this.plan.upright ? this.plan.corridor : { x: x + ENTRANCE, y, w: w - ENTRANCE, h }, MARGIN);
  }

  private settle(): void {
    this.walkers.clear();
    for (const person of [...this.people.values()]) {
      if (person.walk?.leaving) {
        this.people.delete(person.id);
        continue;
      }
      person.walk = null;
      person.zone = this.zoneOf(person.room, person.summary);
      person.slot = this.take(person.zone);
      person.place = this.pointOf(person.zone, person.slot);
    }
  }
}

function easeInOut(t: number): number {
  return t < 0.5 ? 2 * t * t : 1 - (2 - 2 * t) ** 2 / 2;
}

/** The cart value that counts as large: nine of ten carts are below it. Sizes follow the shop and not a fixed sum. */
export function largeCart(sessions: Iterable<Summary>): number {
  const values: number[] = [];
  for (const summary of sessions) if (summary.cartValue > 0) values.push(summary.cartValue);
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length * 0.9)] ?? 0;
}

/** How much larger than an empty-handed visitor somebody is drawn: 1..=2.4, by the area of the dot. */
export function cartScale(cartValue: number, large: number): number {
  if (cartValue <= 0 || large <= 0) return 1;
  return 1.15 + 1.25 * Math.sqrt(Math.min(1, cartValue / large));
}

/** Attention to a page that fills the ring: a minute is a long look. */
export const FULL_RING_MS = 60_000;

export function ringShare(summary: Summary): number {
  return summary.attentive ? Math.min(1, summary.pageAttentionMs / FULL_RING_MS) : 0;
}
