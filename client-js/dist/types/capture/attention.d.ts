import type { Environment } from "../environment.js";
export declare const INPUTS = "pointermove pointerdown keydown scroll touchstart";
export interface Attended {
    /** Attentive or not, at each change and once per heartbeat while attentive. */
    active(active: boolean): void;
    /** There was no input for the idle time. */
    idle(): void;
}
export declare const captureAttention: (environment: Environment, heartbeatMs: number, idleMs: number, report: Attended) => (() => void);
