import type { Environment } from "../environment.js";
export interface Shopper {
    /** Whether there was any input on this page view. */
    readonly hadInput: boolean;
    /** Whether a person's input was seen on this page load; scripts can only make events that are not trusted. */
    readonly isTrusted: boolean;
    /** Whether the pointer has moved on this page view; one that merely lies there is not in use. */
    readonly hasPointed: boolean;
    /** A new page view begins. */
    restart(): void;
}
export declare const watchShopper: ({ window }: Environment) => Shopper;
