export declare const isOnScreen: (element: HTMLElement) => boolean;
/** Applies `change` in place. Returns its undo, or `undefined` if the content needed another size and was taken back. */
export declare const changeInPlace: (element: HTMLElement, change: () => () => void) => (() => void) | undefined;
