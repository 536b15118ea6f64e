// Brings children into an order with the fewest moves. Nodes are moved, never made again, so they keep their state.

/** Positions in `values` of one longest increasing run, as in patience sorting. */
const longestIncreasing = (values: readonly number[]): Set<number> => {
  const ends: number[] = [];
  const before: number[] = [];
  values.forEach((value, i) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[ends[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    before[i] = low ? ends[low - 1]! : -1;
    ends[low] = i;
  });
  const kept = new Set<number>();
  for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i]!) kept.add(i);
  return kept;
};

/** Named nodes in the given order, then the others in the order they have. */
export const arrange = <T>(nodes: readonly T[], ids: readonly string[], id: (node: T) => string | undefined): T[] => {
  const rank = new Map(ids.map((name, i) => [name, i]));
  const place = (node: T): number => rank.get(id(node) ?? "") ?? ids.length;
  // `sort` is stable, so nodes of the same rank stay as they are.
  return [...nodes].sort((a, b) => place(a) - place(b));
};

/** Puts siblings into `wanted` order, each in one of the places they hold together. Returns how many nodes moved. */
export const reorder = (wanted: readonly HTMLElement[]): number => {
  const parent = wanted[0]?.parentNode;
  if (!parent) return 0;
  const children = [...parent.childNodes];
  const positions = wanted.map((node) => children.indexOf(node));
  const kept = longestIncreasing(positions);
  // What follows the last of them now (a footer, a comment) still follows afterwards.
  let next: Node | null = children[Math.max(...positions)]?.nextSibling ?? null;
  let moves = 0;
  for (let i = wanted.length - 1; i >= 0; i--) {
    const node = wanted[i]!;
    if (!kept.has(i)) {
      parent.insertBefore(node, next);
      moves++;
    }
    next = node;
  }
  return moves;
};

const REDUCED = "(prefers-reduced-motion: reduce)";
const SLIDE_MS = 150;
const sliding = new WeakMap<Element, Animation>();

/** Runs `change` and lets the nodes slide from where they were. Focus stays on the element that had it. */
export const slide = (nodes: readonly HTMLElement[], change: () => void): void => {
  const [first] = nodes;
  const window = first?.ownerDocument.defaultView;
  if (!first || !window) return change();
  const root = first.getRootNode() as Document | ShadowRoot;
  const focused = root.activeElement as HTMLElement | null;
  const isStill = !first.animate || window.matchMedia(REDUCED).matches;
  const before = isStill ? [] : nodes.map((node) => node.getBoundingClientRect());
  // A slide under way ends where it is seen, and its place is where the next one starts.
  for (const node of nodes) sliding.get(node)?.cancel();
  change();
  if (focused && root.activeElement !== focused) focused.focus({ preventScroll: true });
  before.forEach((from, i) => {
    const node = nodes[i]!;
    const to = node.getBoundingClientRect();
    const [x, y] = [from.left - to.left, from.top - to.top];
    if (!x && !y) return;
    sliding.set(node, node.animate([{ transform: `translate(${x}px,${y}px)` }, { transform: "none" }], { duration: SLIDE_MS, easing: "ease-out" }));
  });
};
