import type { Click } from "../protocol.generated.js";
import type { Environment } from "../environment.js";
export declare const captureClicks: ({ window }: Environment, clicked: (click: Click) => void) => (() => void);
