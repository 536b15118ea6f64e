import type { Consent } from "./protocol.generated.js";
export interface Shelf {
    get(name: string): string | undefined;
    /** Stores where consent allows it; without a value what is stored stays. */
    set(name: string, value: string | undefined): void;
    /** Deletes what is kept for other tabs. */
    drop(name: string): void;
    /** Names that begin with `prefix`. */
    names(prefix: string): string[];
    /** Deletes what was refused. Before an answer nothing is read or written, but what an earlier answer allowed stays. */
    sweep(): void;
}
export declare const createShelf: (window: Window, consent: () => Consent) => Shelf;
