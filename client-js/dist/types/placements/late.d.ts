export interface Spot {
    /** The shop allows changes at any time. */
    readonly live: boolean;
    /** Its top edge was on the first screen when the page was announced. */
    readonly above: boolean;
    readonly onScreen: boolean;
}
export declare const isLate: ({ live, above, onScreen }: Spot, hadInput: boolean, sinceMs: number) => boolean;
