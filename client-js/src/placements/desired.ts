// The page as the engine wants it: applies pushes by revision, heals by whole states, and can always put the shop's default back.

import type { Decision, Patch, Placement, PreferenceChoice, Push, ReceiptState, ServerFrame, State } from "../protocol.generated.js";
import type { Shopper } from "../capture/shopper.js";
import type { ConsentChange } from "../consent/lattice.js";
import type { Environment } from "../environment.js";
import type { Labels } from "../labels.js";
import { guarded, listen } from "../environment.js";
import { isLive } from "../capture/spots.js";
import { openTabs } from "../tabs.js";
import { findSpot, noticeSpot } from "./find.js";
import { createFoot } from "./foot.js";
import { changeInPlace, isOnScreen } from "./hold.js";
import { isLate } from "./late.js";
import { createNotice } from "./notice.js";
import { prepare, spotOf } from "./operate.js";
import { openOverlay, plainTime } from "./overlay.js";
import { watch } from "./shown.js";
import { renderTemplate } from "./template.js";
import { addWhy, whyControl } from "./why.js";

const OVERLAY = "overlay";
const OFFER = "offer";
const SEEN_MAX = 200;
// Letters of a placement's text that a control at the foot of the page repeats.
const ABOUT_MAX = 40;

export interface Hooks {
  receipt(decision: string, state: ReceiptState, reason?: string): void;
  chose(choice: PreferenceChoice, decision: string): void;
  /** Another tab heard that the shopper withdrew this. */
  withdrawn(change: ConsentChange): void;
  emit(name: string, data: Readonly<Record<string, string>>): void;
  /** What stands in a placement; without a decision it is the shop's default. */
  decided(placement: string, decision?: Decision): void;
  /** The shopper's clock minus the engine's, milliseconds. */
  skew(): number;
  readonly shopper: Shopper;
}

export interface Desired {
  readonly rev: number;
  /** Applies a push or a state. `false`: a push does not follow our revision and was left out; the engine must be asked for the state. */
  hear(frame: ServerFrame): boolean;
  /** A page view begins at `now` with these spots and the shop's defaults: the engine forgets what it had put there, and says no `clear`. */
  announce(spots: readonly Placement[], now: number): void;
  /** Puts every default back. */
  reset(): void;
  /** As `reset`, and knows no revision any more: what may come back comes as a whole state. */
  forget(): void;
  /** Tells the other tabs what the shopper withdrew. */
  withdraw(consent: ConsentChange): void;
  why(placement: string): Decision | undefined;
}

interface Applied {
  readonly text: string;
  readonly element: HTMLElement;
  readonly decision: Decision | undefined;
  readonly undo: () => void;
}

export const createDesired = (environment: Environment, key: string, labels: () => Labels, hooks: Hooks): Desired => {
  const { window } = environment;
  const { document } = window;
  const { shopper } = hooks;
  const notice = createNotice(environment);
  const foot = createFoot(document);
  const applied = new Map<string, Applied>();
  const postponed = new Map<string, () => void>();
  const broken = new Set<string>();
  const seen = new Set<string>();
  let above = new Set<string>();
  let announcedAt = 0;
  let rev = 0;
  let overlay: { decision: Decision; close: () => void } | undefined;
  const tabs = openTabs(window, key, (decision, dismissed) => {
    isNew(decision + OFFER);
    if (dismissed && overlay?.decision.id === decision) overlay.close();
  }, hooks.withdrawn);

  const receipt = (decision: Decision | undefined, state: ReceiptState, reason?: string): void => {
    if (decision) hooks.receipt(decision.id, state, reason);
  };
  const choose = (choice: PreferenceChoice, decision: string): void => {
    if (choice === "less") for (const [name, one] of applied) if (one.decision?.id === decision) revert(name);
    if (overlay?.decision.id === decision) overlay.close();
    hooks.chose(choice, decision);
    notice(labels().done);
  };
  /** Whether this one-time thing comes for the first time. */
  const isNew = (id: string): boolean => {
    if (seen.has(id)) return false;
    seen.add(id);
    if (seen.size > SEEN_MAX) for (const first of seen) return seen.delete(first);
    return true;
  };
  const revert = (name: string): void => {
    postponed.get(name)?.();
    const one = applied.get(name);
    applied.delete(name);
    if (!one) return;
    guarded(one.undo);
    hooks.decided(name);
  };
  /** The engine gives the spot up, so that what it had put there before goes too. */
  const fail = (name: string, decision: Decision | undefined, reason: string): void => {
    revert(name);
    receipt(decision, "failed", reason);
  };
  const reset = (): void => {
    for (const name of [...applied.keys(), ...postponed.keys()]) revert(name);
    overlay?.close();
  };
  const isInUse = (element: HTMLElement): boolean =>
    element.contains(document.activeElement) || (shopper.hasPointed && guarded(() => element.matches(":hover")) === true);

  /** Where a placement has no room for the control, it stands at the foot of the page and names what it is about. */
  const standAtFoot = (element: HTMLElement, decision: Decision): (() => void) => {
    const words = labels();
    const [button, panel] = whyControl(document, decision, words, choose);
    const about = (element.textContent ?? "").replace(/\s+/g, " ").trim();
    if (about) button.textContent = `${words.why} ${about.length > ABOUT_MAX ? about.slice(0, ABOUT_MAX) + "…" : about}`;
    return foot.add(button, panel);
  };
  /** Puts what must be told beside the placement where the shop wants it; `undefined` where it does not say, or it does not fit. */
  const tell = (name: string, { notice: told }: Decision): (() => void) | undefined => {
    const spot = told && noticeSpot(document, name);
    if (!spot) return;
    return changeInPlace(spot, () => {
      const { textContent } = spot;
      spot.textContent = told.text;
      return () => (spot.textContent = textContent);
    });
  };

  const place = (name: string, patch: Patch, until: number): void => {
    const { op, decision } = patch;
    const text = JSON.stringify(op);
    const present = applied.get(name);
    if (present?.element.isConnected && present.text === text && present.decision?.id === decision?.id) return;
    postponed.get(name)?.();
    const element = findSpot(document, name);
    if (!element) return fail(name, decision, "missing");
    if (broken.has(name)) return fail(name, decision, "error");
    if (environment.now() > until) return receipt(decision, "suppressed", "ttl");
    const spot = { live: isLive(element), above: above.has(name), onScreen: isOnScreen(element) };
    if (isLate(spot, shopper.hadInput, environment.now() - announcedAt)) return receipt(decision, "suppressed", "late");
    if (isInUse(element)) {
      // Nothing changes under the pointer or the focus; it is tried again when they have left.
      const stop = listen(element, "pointerleave focusout", () => void environment.setTimer(() => guarded(() => place(name, patch, until)), 0));
      postponed.set(name, () => {
        stop();
        postponed.delete(name);
      });
      return;
    }
    const offer = "offer" in op ? op.offer : undefined;
    const expires = offer?.expiresAt && `${labels().until} ${plainTime(offer.expiresAt + hooks.skew(), environment.wall(), labels().locale)}`;
    const change = prepare(element, op, { ...(offer?.code && { code: offer.code }), ...(expires && { expires }) });
    if (!change) return fail(name, decision, "template");
    revert(name);
    const undo = changeInPlace(element, change);
    if (!undo) return fail(name, decision, "size");
    const untell = decision && tell(name, decision);
    // What must be told and finds no room is not shown without it.
    let isUntold = false;
    const homeless = (one: Decision): (() => void) => {
      if (!one.notice || untell) return standAtFoot(element, one);
      isUntold = true;
      if (applied.get(name)?.decision?.id === one.id) fail(name, one, "notice");
      return () => undefined;
    };
    const stopWatching = watch(
      environment,
      element,
      () => receipt(decision, "shown"),
      () => receipt(decision, "clicked"),
    );
    const isOurs = "fill" in op || "offer" in op || "recommend" in op;
    // A control inside a link or a button would not be reachable.
    const removeWhy =
      decision &&
      guarded(() =>
        "cta" in op ? homeless(decision) : addWhy(element, untell ? { ...decision, notice: undefined } : decision, labels(), choose, isOurs, () => homeless(decision)),
      );
    if (isUntold) {
      stopWatching();
      removeWhy?.();
      undo();
      return fail(name, decision, "notice");
    }
    applied.set(name, {
      text,
      element,
      decision,
      undo() {
        stopWatching();
        removeWhy?.();
        untell?.();
        undo();
      },
    });
    receipt(decision, "received");
    if (decision) hooks.decided(name, decision);
  };

  const openOffer = ({ op, decision }: Patch): void => {
    if (!("offer" in op) || !decision) return;
    const { template, data, code, expiresAt } = op.offer;
    const { skew } = hooks;
    if (expiresAt && environment.wall() > expiresAt + skew()) return receipt(decision, "suppressed", "expired");
    if (overlay) return receipt(decision, "suppressed", "busy");
    const until = expiresAt && expiresAt + skew();
    const content = renderTemplate(document, template, {
      ...data,
      ...(code && { code }),
      ...(until && { expires: `${labels().until} ${plainTime(until, environment.wall(), labels().locale)}` }),
    });
    if (!content) return receipt(decision, "failed", "template");
    let stopWatching = (): void => undefined;
    const opened = openOverlay(document, { content, code, expiresAt: until, decision }, labels(), environment.wall(), choose, (dismissed) => {
      stopWatching();
      overlay = undefined;
      if (!dismissed) return;
      receipt(decision, "dismissed");
      tabs.tell(decision.id, true);
    });
    overlay = { decision, close: opened.close };
    stopWatching = watch(
      environment,
      opened.frame,
      () => receipt(decision, "shown"),
      () => undefined,
    );
    // The shop's own content is what can be clicked; our close and copy are not answers to the offer.
    for (const child of opened.host.children) listen(child, "click", (event) => {
      if ((event.target as Element | null)?.closest("a,button")) receipt(decision, "clicked");
    });
    receipt(decision, "received");
    hooks.decided(OVERLAY, decision);
    tabs.tell(decision.id, false);
  };

  const apply = (patch: Patch): void => {
    const { op, decision, ttlMs } = patch;
    const name = spotOf(op) ?? "";
    try {
      if ("clear" in op) {
        if (name === OVERLAY) overlay?.close();
        else revert(name);
      } else if ("notice" in op || "emit" in op || name === OVERLAY) {
        if (decision && !isNew(decision.id + Object.keys(op)[0])) return;
        if ("notice" in op) notice(op.notice.text, op.notice.tone);
        else if ("emit" in op) hooks.emit(op.emit.name, op.emit.data);
        else return openOffer(patch);
        receipt(decision, "received");
      } else place(name, patch, ttlMs ? environment.now() + ttlMs : Infinity);
    } catch {
      // A spot that failed once stays the shop's own for this page load.
      broken.add(name);
      fail(name, decision, "error");
    }
  };

  const patch = (push: Push): boolean => {
    if (push.from !== rev) return false;
    rev = push.rev;
    push.patches.forEach(apply);
    return true;
  };
  const replace = (state: State): void => {
    const named = new Set(state.patches.map(({ op }) => spotOf(op)));
    // The overlay is a one-time thing: its absence means that it was delivered, not that it must go.
    for (const name of [...applied.keys(), ...postponed.keys()]) if (!named.has(name)) revert(name);
    rev = state.rev;
    state.patches.forEach(apply);
  };

  return {
    get rev() {
      return rev;
    },
    hear(frame) {
      if ("push" in frame) return patch(frame.push);
      if ("state" in frame) replace(frame.state);
      return true;
    },
    announce(spots, now) {
      above = new Set(spots.filter((spot) => spot.above).map((spot) => spot.name));
      announcedAt = now;
      reset();
    },
    reset,
    forget() {
      reset();
      rev = 0;
    },
    withdraw: tabs.withdraw,
    why: (placement) => (placement === OVERLAY ? overlay?.decision : applied.get(placement)?.decision),
  };
};
