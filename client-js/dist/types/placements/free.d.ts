export interface Size {
    readonly width: number;
    readonly height: number;
}
export interface Point {
    readonly left: number;
    readonly top: number;
}
/** From the edges of the spot. */
export declare const EDGE = 4;
/**
 * Where in `spot`, from its padding box, a control of `size` covers nothing; `overText`: nothing that can be pressed. `ours` is the
 * control. The corners first, then row by row from below.
 */
export declare const freePlace: (spot: HTMLElement, ours: Element, { width, height }: Size, overText: boolean) => Point | undefined;
