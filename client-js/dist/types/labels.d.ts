export interface Labels {
    /** BCP 47, for times and dates. */
    locale: string;
    close: string;
    copy: string;
    copied: string;
    /** Followed by a time. */
    until: string;
    why: string;
    /** Followed by kinds of data. */
    used: string;
    less: string;
    reset: string;
    off: string;
    /** Said after a choice in "why this". */
    done: string;
    /** Beside products whose order is personalized, and beside a price that is. */
    ranking: string;
    price: string;
}
export declare const LABELS: Readonly<Record<string, Labels>>;
/** The first of these BCP 47 tags that is spoken, else English. */
export declare const chooseLanguage: (...tags: readonly (string | undefined)[]) => string;
/** The words for a page: in the shop's choice of language, that of the page, or that of the browser. */
export declare const labelsFor: ({ document, navigator }: Window, language: string | undefined, own: Partial<Labels> | undefined) => Labels;
