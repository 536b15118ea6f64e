// When a change would come too late to be welcome: the shopper has begun to read or to act.

// Section 6.1 of the protocol.
const EARLY_MS = 1_500;

export interface Spot {
  /** The shop allows changes at any time. */
  readonly live: boolean;
  /** Its top edge was on the first screen when the page was announced. */
  readonly above: boolean;
  readonly onScreen: boolean;
}

export const isLate = ({ live, above, onScreen }: Spot, hadInput: boolean, sinceMs: number): boolean =>
  !live && (above ? hadInput || sinceMs > EARLY_MS : onScreen && hadInput);
