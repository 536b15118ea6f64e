import type { Environment } from "../environment.js";
export declare const createNotice: (environment: Environment) => ((text: string, tone?: string) => void);
