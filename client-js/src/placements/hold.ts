// Changes a visible spot inside the box it already has, so that nothing around it moves; takes the change back if it does not fit.

import { listen } from "../environment.js";

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1;

/** The nearest sibling that can be seen to move. */
const neighbor = (element: Element, way: "previousSibling" | "nextSibling"): Node | null => {
  let node = element[way];
  // Elements count, and text that is not only space.
  while (node && node.nodeType !== 1 && (node.nodeType !== 3 || !node.textContent?.trim())) node = node[way];
  return node;
};

const corner = (node: Node | null): number[] => {
  if (!node) return [];
  const range = node.ownerDocument!.createRange();
  range.selectNode(node);
  const { left, top } = range.getBoundingClientRect();
  return [left, top];
};

export const isOnScreen = (element: HTMLElement): boolean => {
  const window = element.ownerDocument.defaultView;
  const { top, bottom, left, right } = element.getBoundingClientRect();
  return !!window && bottom > 0 && right > 0 && top < window.innerHeight && left < window.innerWidth;
};

/** Applies `change` in place. Returns its undo, or `undefined` if the content needed another size and was taken back. */
export const changeInPlace = (element: HTMLElement, change: () => () => void): (() => void) | undefined => {
  const window = element.ownerDocument.defaultView;
  const { style } = element;
  const { blockSize, overflow } = style;
  const [own, parent] = [element, element.parentElement].map((one) => (): number[] => {
    const box = one?.getBoundingClientRect();
    return box ? [box.left, box.top, box.height] : [];
  });
  const previous = neighbor(element, "previousSibling");
  const next = neighbor(element, "nextSibling");
  const boxes = (): number[] => [...(own?.() ?? []), ...(parent?.() ?? []), ...corner(previous), ...corner(next)];
  const release = (): void => {
    style.blockSize = blockSize;
    style.overflow = overflow;
  };
  // Off screen nobody sees a neighbor move; below the screen not even the scroll position changes.
  if (!isOnScreen(element)) return change();

  const before = boxes();
  // The computed value is the used one, in the terms of the element's own `box-sizing`.
  style.blockSize = window?.getComputedStyle(element).blockSize ?? "";
  const undo = change();
  // Another width needs another height. A change of height alone is a phone's address bar coming and going.
  const width = window?.innerWidth;
  const stop = window ? listen(window, "resize", () => window.innerWidth === width || release()) : () => undefined;
  const restore = (): void => {
    stop();
    undo();
    release();
  };
  const fits = element.scrollHeight <= element.clientHeight + 1 && boxes().every((value, i) => near(value, before[i] ?? value));
  if (!fits) {
    restore();
    return undefined;
  }
  // Pictures that arrive later must not paint over the neighbors.
  style.overflow = "clip";
  return restore;
};
