/** A link to a page: relative, `http:` or `https:`. */
export declare const safeLink: (value: string, base: string) => string | undefined;
/** A picture: from the page's own origin, or over `https:`. */
export declare const safeImage: (value: string, base: string) => string | undefined;
