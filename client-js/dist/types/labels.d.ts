export interface Labels {
    close: string;
    copy: string;
    copied: string;
    /** Followed by a time. */
    until: string;
    why: string;
    less: string;
    reset: string;
    off: string;
    /** Said after a choice in "why this". */
    done: string;
}
export declare const ENGLISH: Labels;
