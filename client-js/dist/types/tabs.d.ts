import type { ConsentChange } from "./consent/lattice.js";
export interface Tabs {
    tell(decision: string, dismissed: boolean): void;
    /** Passes on what was refused; what was agreed to is each page's own. */
    withdraw(consent: ConsentChange): void;
}
export declare const openTabs: (window: Window & typeof globalThis, key: string, heard: (decision: string, dismissed: boolean) => void, withdrawn: (change: ConsentChange) => void) => Tabs;
