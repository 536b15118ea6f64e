import type { Event } from "../protocol.generated.js";
type Fields = Readonly<Record<string, unknown>>;
/** The event in our words, or `undefined` if it has none. `name` and `given` are as GA4 documents them. */
export declare const translate: (name: string, given: Fields) => Event | undefined;
export interface DataLayerReport {
    event(event: Event): void;
    consent(command: unknown, given: Fields): void;
}
/** Reads one entry: `{event, ecommerce}`, `{event, ...parameters}`, or the arguments of a `gtag` call. */
export declare const readEntry: (entry: unknown, report: DataLayerReport) => void;
/** Replays what is there and follows what is pushed. */
export declare const observeDataLayer: (window: Window, report: DataLayerReport) => void;
export {};
