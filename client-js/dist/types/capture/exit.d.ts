import type { ExitSignal } from "../protocol.generated.js";
import type { Environment } from "../environment.js";
export declare const captureExit: (environment: Environment, report: (signal: ExitSignal, speed?: number) => void) => {
    idle(): void;
    stop(): void;
};
