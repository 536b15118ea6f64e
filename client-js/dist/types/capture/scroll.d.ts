import type { Environment } from "../environment.js";
export declare const captureScroll: ({ window, setTimer }: Environment, reached: (depth: number) => void) => {
    restart(): void;
    stop(): void;
};
