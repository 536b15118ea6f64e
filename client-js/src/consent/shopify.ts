// Shopify's Customer Privacy API: what the platform lets a shop do with this visitor.

import type { Answer } from "./lattice.js";
import { guarded, listen } from "../environment.js";
import { PENDING } from "./lattice.js";

interface CustomerPrivacy {
  preferencesProcessingAllowed?(): unknown;
  marketingAllowed?(): unknown;
  analyticsProcessingAllowed?(): unknown;
  saleOfDataAllowed?(): unknown;
  shouldShowBanner?(): unknown;
  currentVisitorConsent?(): Readonly<Record<string, unknown>>;
}
export interface ShopifyHost {
  Shopify?: { customerPrivacy?: CustomerPrivacy; loadFeatures?(features: { name: string; version: string }[], done: (error: unknown) => void): void };
}

// Values come as booleans, as texts and as an empty text for "not asked yet".
const read = (value: unknown): boolean | null =>
  value === true || value === "yes" || value === "true" ? true : value === false || value === "no" || value === "false" ? false : null;
const both = (one: boolean | null, other: boolean | null): boolean | null => (one === false || other === false ? false : one && other);

/** Follows the platform's settings. False if this is no page of Shopify. */
export const watchShopify = (window: Window, report: (answer: Answer) => void): boolean => {
  const { Shopify } = window as ShopifyHost;
  if (!Shopify?.customerPrivacy && !Shopify?.loadFeatures) return false;
  let collected = false;
  const tell = (): void => {
    const api = Shopify.customerPrivacy;
    // A banner that is due has not been answered: until it is, the calls below say yes where nobody was asked.
    if (!api || (!collected && api.shouldShowBanner?.())) return report(PENDING);
    const said = guarded(() => api.currentVisitorConsent?.()) ?? {};
    // The call joins settings, region and answer; an answer of no is believed even where the call lags behind.
    const allowed = (call: keyof CustomerPrivacy, name: string): boolean | null =>
      read(said[name]) === false ? false : read(guarded(() => api[call]?.()));
    const preferences = allowed("preferencesProcessingAllowed", "preferences");
    report({
      session: preferences,
      personalize: preferences,
      remember: both(preferences, allowed("marketingAllowed", "marketing")),
      measure: allowed("analyticsProcessingAllowed", "analytics"),
      share: allowed("saleOfDataAllowed", "sale_of_data"),
    });
  };
  listen(window.document, "visitorConsentCollected", () => {
    collected = true;
    guarded(tell);
  });
  if (Shopify.customerPrivacy) tell();
  else {
    report(PENDING);
    guarded(() => Shopify.loadFeatures?.([{ name: "consent-tracking-api", version: "0.1" }], (error) => void (error || guarded(tell))));
  }
  return true;
};
