export interface Tabs {
    tell(decision: string, dismissed: boolean): void;
}
export declare const openTabs: (window: Window & typeof globalThis, key: string, heard: (decision: string, dismissed: boolean) => void) => Tabs;
