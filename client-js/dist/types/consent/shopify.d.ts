import type { Answer } from "./lattice.js";
interface CustomerPrivacy {
    preferencesProcessingAllowed?(): unknown;
    marketingAllowed?(): unknown;
    analyticsProcessingAllowed?(): unknown;
    saleOfDataAllowed?(): unknown;
    shouldShowBanner?(): unknown;
    currentVisitorConsent?(): Readonly<Record<string, unknown>>;
}
export interface ShopifyHost {
    Shopify?: {
        customerPrivacy?: CustomerPrivacy;
        loadFeatures?(features: {
            name: string;
            version: string;
        }[], done: (error: unknown) => void): void;
    };
}
/** Follows the platform's settings. False if this is no page of Shopify. */
export declare const watchShopify: (window: Window, report: (answer: Answer) => void) => boolean;
export {};
