/** Named nodes in the given order, then the others in the order they have. */
export declare const arrange: <T>(nodes: readonly T[], ids: readonly string[], id: (node: T) => string | undefined) => T[];
/** Puts siblings into `wanted` order, each in one of the places they hold together. Returns how many nodes moved. */
export declare const reorder: (wanted: readonly HTMLElement[]) => number;
/** Runs `change` and lets the nodes slide from where they were. Focus stays on the element that had it. */
export declare const slide: (nodes: readonly HTMLElement[], change: () => void) => void;
