import type { Decision } from "../protocol.generated.js";
import type { Labels } from "../labels.js";
import type { Choose } from "./why.js";
export interface Offer {
    readonly content: DocumentFragment;
    readonly code?: string;
    /** On the shopper's own clock. */
    readonly expiresAt?: number;
    readonly decision: Decision;
}
/** A time of day, with the date if it is not today. */
export declare const plainTime: (at: number, now: number, locale: string) => string;
/** Opens the overlay; `closed` is called once, however it ends. Returns the host and how to close it without a shopper's act. */
export declare const openOverlay: (document: Document, offer: Offer, labels: Labels, now: number, choose: Choose, closed: (dismissed: boolean) => void) => {
    host: HTMLElement;
    frame: HTMLElement;
    close: () => void;
};
