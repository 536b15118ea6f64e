import type { Resume } from "./protocol.generated.js";
export type Phase = "waiting" | "connecting" | "open" | "backoff" | "stopped";
export type Route = "socket" | "stream";
export type Input = {
    do: "start" | "opened" | "heard" | "online" | "leave" | "renew" | "tick" | "off";
} | {
    do: "welcomed";
    resume: Pick<Resume, "token" | "epoch">;
} | {
    do: "closed";
    code: number;
} | {
    do: "visible";
    visible: boolean;
} | {
    do: "goaway";
    minMs: number;
    maxMs: number;
};
export type Effect = {
    do: "connect";
    route: Route;
} | {
    do: "hello";
    resume: Pick<Resume, "token" | "epoch"> | undefined;
} | {
    do: "bye";
    reason: string;
} | {
    do: "close";
} | {
    do: "changed";
    phase: Phase;
    code: number;
};
export interface Connection {
    readonly phase: Phase;
    /** When the shell must give `tick`; 0 is never. */
    readonly deadline: number;
    step(input: Input, now: number): Effect[];
}
export declare const createConnection: (visible: boolean, random: () => number) => Connection;
