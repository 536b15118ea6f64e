import type { Event } from "../protocol.generated.js";
import type { ConsentChange } from "../consent.js";
type Fields = Readonly<Record<string, unknown>>;
/** Google's Consent Mode in our purposes; the `ad_*` trio gives a first party nothing but `share`. */
export declare const fromConsentMode: (signals: Readonly<Record<string, unknown>>) => ConsentChange;
/** The event in our words, or `undefined` if it has none. `name` and `given` are as GA4 documents them. */
export declare const translate: (name: string, given: Fields) => Event | undefined;
export interface DataLayerReport {
    event(event: Event): void;
    consent(change: ConsentChange): void;
}
/** Reads one entry: `{event, ecommerce}`, `{event, ...parameters}`, or the arguments of a `gtag` call. */
export declare const readEntry: (entry: unknown, report: DataLayerReport) => void;
/** Replays what is there and follows what is pushed. */
export declare const observeDataLayer: (window: Window, report: DataLayerReport) => void;
export {};
