// Finds a place inside a spot where a small control covers nothing of the shop's.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly left: number;
  readonly top: number;
}

type Box = Pick<DOMRect, "left" | "top" | "right" | "bottom">;

const CLICKABLE = "a,button,input,select,textarea,label,summary,video,audio,iframe,[role=button],[role=link],[role=tab],[tabindex],[onclick],[contenteditable],[data-floorwalker-click]";
const SEEN = "img,svg,picture,canvas";
// What is drawn may be a little wider than its box.
const GAP = 2;
/** From the edges of the spot. */
export const EDGE = 4;
const STEP = 4;
// A spot with more than this is not searched, and counts as full.
const BOXES_MAX = 2_000;

const boxesOf = (spot: Element, ours: Element): { clickable: Box[]; seen: Box[] } | undefined => {
  const document = spot.ownerDocument;
  const clickable: Box[] = [];
  const seen: Box[] = [];
  const add = (list: Box[], rects: Iterable<Box>): void => {
    for (const rect of rects) if (rect.right > rect.left && rect.bottom > rect.top) list.push(rect);
  };
  for (const element of spot.querySelectorAll(CLICKABLE)) {
    if (ours.contains(element)) continue;
    add(clickable, element.getClientRects());
    // What lies inside belongs to it, and may stand out of it.
    for (const inner of element.children) add(clickable, inner.getClientRects());
  }
  for (const element of spot.querySelectorAll(SEEN)) if (!ours.contains(element)) add(seen, element.getClientRects());
  const walker = document.createTreeWalker(spot, 4);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.textContent?.trim() || ours.contains(node)) continue;
    range.selectNodeContents(node);
    add(seen, range.getClientRects());
    if (clickable.length + seen.length > BOXES_MAX) return;
  }
  return { clickable, seen };
};

/**
 * Where in `spot`, from its padding box, a control of `size` covers nothing; `overText`: nothing that can be pressed. `ours` is the
 * control. The corners first, then row by row from below.
 */
export const freePlace = (spot: HTMLElement, ours: Element, { width, height }: Size, overText: boolean): Point | undefined => {
  const boxes = boxesOf(spot, ours);
  const right = spot.clientWidth - width - EDGE;
  const room = spot.clientHeight - height;
  if (!boxes || right < EDGE || room < 0) return;
  const taken = overText ? boxes.clickable : [...boxes.clickable, ...boxes.seen];
  const { left, top } = spot.getBoundingClientRect();
  const [x, y] = [left + spot.clientLeft, top + spot.clientTop];
  const isRight = spot.ownerDocument.defaultView?.getComputedStyle(spot).direction !== "rtl";
  const collide = (atX: number, atY: number): Box | undefined => {
    const [l, t] = [x + atX - GAP, y + atY - GAP];
    const [r, b] = [l + width + 2 * GAP, t + height + 2 * GAP];
    return taken.find((box) => box.left < r && box.right > l && box.top < b && box.bottom > t);
  };
  const [far, near] = isRight ? [right, EDGE] : [EDGE, right];
  const upper = Math.min(EDGE, room / 2);
  const bottom = room - upper;
  // In a flat spot the middle line is where everything stands.
  const lower = room < 2 * height ? room / 2 : bottom;
  const found = (atX: number, atY: number): Point => ({ left: atX + spot.scrollLeft, top: atY + spot.scrollTop });
  for (const atX of [far, near]) for (const atY of [lower, bottom, upper]) if (!collide(atX, atY)) return found(atX, atY);
  for (let atY = bottom; atY >= upper; atY -= STEP) {
    // From one box to beyond the next.
    for (let atX = far; isRight ? atX >= EDGE : atX <= right; ) {
      const box = collide(atX, atY);
      if (!box) return found(atX, atY);
      atX = isRight ? box.left - x - width - 2 * GAP : box.right - x + 2 * GAP;
    }
  }
  return;
};
