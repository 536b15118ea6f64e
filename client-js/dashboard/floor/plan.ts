// The plan of the shop seen from above: rooms, doors, aisles and the way between them. Pure geometry.

export type RoomId = "home" | "search" | "product" | "category" | "cart" | "checkout" | "other";

export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Room {
  id: RoomId;
  name: string;
  rect: Rect;
  /** Where people pass, on the corridor's edge. */
  door: Point;
}

export interface Plan {
  width: number;
  height: number;
  upright: boolean;
  rooms: Room[];
  corridor: Rect;
  entrance: Point;
}

const NAMES: Record<RoomId, string> = {
  home: "Home",
  search: "Search",
  product: "Products",
  category: "Categories",
  cart: "Cart",
  checkout: "Checkout",
  other: "Elsewhere",
};

const ALIASES: Record<string, RoomId> = {
  home: "home",
  search: "search",
  product: "product",
  category: "category",
  categories: "category",
  listing: "category",
  list: "category",
  cart: "cart",
  checkout: "checkout",
  order: "checkout",
  confirmation: "checkout",
};

/** The room a page kind belongs to; what the shop invents stands in the corridor. */
export function roomOf(pageKind: string | undefined): RoomId {
  return ALIASES[pageKind ?? ""] ?? "other";
}

export const roomName = (id: RoomId): string => NAMES[id];
export const ROOMS: readonly RoomId[] = ["home", "category", "product", "search", "cart", "checkout", "other"];

/** Width of a door's gap in px. */
export const DOOR = 26;

/**
 * Lays out the plan: along the way of a purchase from the entrance to the tills, with a corridor between two rows of rooms.
 * An upright plan is the same one turned, for narrow screens.
 */
export function layout(width: number, height: number): Plan {
  const upright = height > width;
  const long = upright ? height : width;
  const across = upright ? width : height;
  const corridorSize = upright ? 26 : 30;
  const nearSize = Math.round((across - corridorSize) * (upright ? 0.56 : 0.57));
  const farStart = nearSize + corridorSize;
  const farSize = across - farStart;
  const first = Math.round(long * (upright ? 0.19 : 0.2));
  const last = Math.round(long * (upright ? 0.19 : 0.18));
  const middle = long - first - last;

  const turned = (along: number, over: number, alongSize: number, overSize: number): Rect =>
    upright ? { x: over, y: along, w: overSize, h: alongSize } : { x: along, y: over, w: alongSize, h: overSize };
  const at = (along: number, over: number): Point => (upright ? { x: over, y: along } : { x: along, y: over });
  const room = (id: RoomId, along: number, alongSize: number, near: boolean): Room => ({
    id,
    name: NAMES[id],
    rect: turned(along, near ? 0 : farStart, alongSize, near ? nearSize : farSize),
    door: at(along + alongSize / 2, near ? nearSize : farStart),
  });

  return {
    width,
    height,
    upright,
    corridor: turned(0, nearSize, long, corridorSize),
    entrance: at(0, nearSize + corridorSize / 2),
    rooms: [
      room("home", 0, first, true),
      room("product", first, middle, true),
      room("cart", first + middle, last, true),
      room("search", 0, first, false),
      room("category", first, middle, false),
      room("checkout", first + middle, last, false),
    ],
  };
}

/** At most this many departments get an aisle of their own; the others share one. A narrow plan has room for fewer names. */
const AISLES_WIDE = 5;
const AISLES_NARROW = 3;
export const MIXED_AISLE = "more";

/** Which departments have an aisle, and how many visitors everything had when that was chosen. */
export interface AisleChoice {
  weights: [name: string, visitors: number][];
  visitors: number;
}

/**
 * Picks the departments that have an aisle, largest first, and the shared one. Aisles stay as they are, because a floor that
 * rearranges itself cannot be read: they are chosen anew only when over a third of the visitors stand in the shared aisle or
 * when there are twice as many visitors as at the last choice.
 */
export function chooseAisles(previous: AisleChoice, visitorsByDepartment: ReadonlyMap<string, number>, narrow = false): AisleChoice {
  const most = narrow ? AISLES_NARROW : AISLES_WIDE;
  let all = 0;
  let placed = 0;
  for (const [name, visitors] of visitorsByDepartment) {
    all += visitors;
    if (previous.weights.some(([aisle]) => aisle === name)) placed += visitors;
  }
  const full = previous.weights.length > most;
  const crowded = all > 0 && all >= 2 * previous.visitors;
  if (!crowded && !((all - placed) * 3 > all && (full || all > previous.visitors))) return previous;
  const ranked = [...visitorsByDepartment].filter(([name]) => name !== "").sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const own = ranked.slice(0, most);
  const shared = all - own.reduce((sum, [, visitors]) => sum + visitors, 0);
  return { weights: [...own, [MIXED_AISLE, shared]], visitors: all };
}

export interface Aisle {
  name: string;
  rect: Rect;
}

/** No aisle is so small that its name does not fit: visitors added to each aisle's weight, as a share of all. */
const SMALLEST_SHARE = 0.06;

/** Divides a room into two rows of aisles (one if there are only two), each as large as its weight asks for. */
export function divide(rect: Rect, weights: readonly [string, number][]): Aisle[] {
  const whole = weights.reduce((sum, [, weight]) => sum + weight, 0);
  const sized = weights.map(([name, weight]): [string, number] => [name, whole > 0 ? weight / whole + SMALLEST_SHARE : 1]);
  const rows = rowsOf(sized, Math.max(1, Math.round(Math.sqrt((sized.length * rect.h * 1.3) / rect.w))));
  const total = sized.reduce((sum, [, weight]) => sum + weight, 0);
  const aisles: Aisle[] = [];
  let y = rect.y;
  for (const row of rows) {
    const inRow = row.reduce((sum, [, weight]) => sum + weight, 0);
    const h = (rect.h * inRow) / total;
    let x = rect.x;
    for (const [name, weight] of row) {
      const w = (rect.w * weight) / inRow;
      aisles.push({ name, rect: { x, y, w, h } });
      x += w;
    }
    y += h;
  }
  return aisles;
}

/** Cuts a list into rows of about the same weight, keeping its order. */
function rowsOf(sized: readonly [string, number][], count: number): [string, number][][] {
  const total = sized.reduce((sum, [, weight]) => sum + weight, 0);
  const rows: [string, number][][] = [];
  let filled = 0;
  for (const one of sized) {
    const row = Math.min(count - 1, Math.floor(((filled + one[1] / 2) / total) * count));
    (rows[row] ??= []).push(one);
    filled += one[1];
  }
  return rows.filter((row) => row !== undefined);
}

/**
 * Where the visitors of a zone stand: an R2 sequence (Roberts 2018), evenly spread for every number of them. It is laid over a
 * square as wide as the zone's longer side, and the points outside the zone are left out, so that a long zone is not streaked.
 */
export class StandingPoints {
  private readonly found: Point[] = [];
  private tried = 0;

  constructor(private readonly zone: Rect) {}

  /** The n-th point, from 0. */
  at(n: number): Point {
    const { x, y, w, h } = this.zone;
    const side = Math.max(w, h);
    let point = this.found[n];
    while (!point) {
      this.tried += 1;
      const dx = ((0.5 + 0.7548776662466927 * this.tried) % 1) * side;
      const dy = ((0.5 + 0.5698402909980532 * this.tried) % 1) * side;
      if (dx <= w && dy <= h) this.found.push({ x: x + dx, y: y + dy });
      point = this.found[n];
    }
    return point;
  }
}

/** The way from one room to another: out of the door, along the corridor, in through the other door. */
export function walkingPath(plan: Plan, from: Point, fromRoom: RoomId | null, to: Point, toRoom: RoomId | null): Point[] {
  if (fromRoom !== null && fromRoom === toRoom) return [from, to];
  const center = plan.upright ? plan.corridor.x + plan.corridor.w / 2 : plan.corridor.y + plan.corridor.h / 2;
  const path: Point[] = [from];
  const through = (id: RoomId | null, leaving: boolean): void => {
    const door = plan.rooms.find((room) => room.id === id)?.door;
    if (!door) return;
    const hall = plan.upright ? { x: center, y: door.y } : { x: door.x, y: center };
    path.push(...(leaving ? [door, hall] : [hall, door]));
  };
  through(fromRoom, true);
  through(toRoom, false);
  path.push(to);
  return path;
}

/** The point a share of 0..=1 along a path. */
export function along(path: readonly Point[], share: number): Point {
  const first = path[0] ?? { x: 0, y: 0 };
  let whole = 0;
  for (let i = 1; i < path.length; i += 1) whole += distance(path[i - 1] ?? first, path[i] ?? first);
  let left = whole * Math.min(1, Math.max(0, share));
  for (let i = 1; i < path.length; i += 1) {
    const a = path[i - 1] ?? first;
    const b = path[i] ?? first;
    const step = distance(a, b);
    if (left <= step && step > 0) return { x: a.x + ((b.x - a.x) * left) / step, y: a.y + ((b.y - a.y) * left) / step };
    left -= step;
  }
  return path.at(-1) ?? first;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}
