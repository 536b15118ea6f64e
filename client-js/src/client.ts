// The shell: joins the pure parts to a real page, its sockets, its timers and its storage.

import type { Capture, ClientFrame, Consent, Event, Hello, Page, Receipt, Resume, ServerFrame, Tcf } from "./protocol.generated.js";
import type { Floorwalker } from "./api.js";
import type { PageFacts } from "./capture/page.js";
import type { Effect, Input } from "./connection.js";
import type { Answer, ConsentChange, Said, Source } from "./consent/lattice.js";
import type { Environment } from "./environment.js";
import type { Labels } from "./labels.js";
import type { More } from "./more.js";
import type { Desired } from "./placements/desired.js";
import type { Parcel } from "./post.js";
import type { Transport } from "./transport.js";
import { watchShopper } from "./capture/shopper.js";
import { startCapture } from "./capture/start.js";
import { describePage } from "./capture/page.js";
import { createConnection } from "./connection.js";
import { combine, GRANTED, isOnlyIn, PENDING, state, update } from "./consent/lattice.js";
import { guarded, listen } from "./environment.js";
import { count, lines, scalars, text, whole } from "./normalize.js";
import { createOutbox } from "./outbox.js";
import { beacon, PARCEL_BYTES } from "./post.js";
import { createShelf } from "./storage.js";
import { openSocket } from "./transport.js";
import { VERSION } from "./version.js";

export interface Options {
  /** The shop's publishable key. */
  readonly key: string;
  /** Origin of the engine, such as `https://fw.example.com`. */
  readonly endpoint: string;
  /** What the shopper agreed to before the page was rendered; default nothing. */
  readonly consent?: ConsentChange | "granted";
  /** Whether clicks, scrolling, attention, exit facts, routes and `dataLayer` are observed; default true. */
  readonly capture?: boolean;
  /** Facts about the first page; default what the markup says. */
  readonly page?: PageFacts;
  /** BCP 47: in which sentences for the shopper come; default the page's own `lang`, else the browser's, else English. */
  readonly language?: string;
  /** The library's own words; default by language. */
  readonly labels?: Partial<Labels>;
}

// In force until the engine says otherwise.
const CAPTURE: Capture = { clicks: true, scroll: true, exit: true, attentionMs: 5_000, idleMs: 30_000 };
const APPLIED_MS = 50;
const SAVE_MS = 1_000;
const RECEIPTS_MAX = 32;
const BACKLOG_MAX = 32;

const randomId = (window: Window & typeof globalThis): string =>
  Array.from(window.crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** `load` brings what is not needed before the engine's first answer; where it fails, the shop's page stands and is only observed. */
export const startClient = (options: Options, environment: Environment, load: () => Promise<More>): Floorwalker => {
  const { window } = environment;
  const { document, navigator, location } = window;
  const { key, endpoint } = options;
  const now = (): number => Math.round(environment.now());

  const gpc = !!(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl;
  const said: Said = { shop: options.consent === "granted" ? GRANTED : (options.consent ?? {}) };
  // Who has not been asked yet must not be overheard, until what asks them is loaded.
  let tcf: Tcf | undefined;
  if ("__tcfapi" in window) {
    said.tcf = PENDING;
    tcf = {};
  }
  let consent = combine(gpc, said);
  const shelf = createShelf(window, () => consent);
  shelf.sweep();

  const stream = randomId(window);
  const outbox = createOutbox();
  const isVisible = (): boolean => document.visibilityState === "visible";
  const connection = createConnection(isVisible(), environment.random);
  const listeners = new Map<string, Set<(detail: never) => void>>();
  let visit = shelf.get("visit");
  let visitor = shelf.get("visitor");
  let customer: string | undefined;
  let token: string | undefined;
  let facts: PageFacts | undefined = options.page;
  let page: Page = { url: "", kind: "other" };
  let viewed: string | undefined;
  let more: More | undefined;
  let desired: Desired | undefined;
  const backlog: ((desired: Desired) => void)[] = [];
  let transport: Transport | undefined;
  let greeted = false;
  let mark = 0;
  let skew = 0;
  let receipts: Receipt[] = [];
  let appliedAt = 0;
  let isBehind = false;
  let hasMoved = false;
  let hasWithdrawn = false;
  let timer = 0;
  let saveTimer = 0;
  let started = false;
  let left = false;
  let isBack = false;
  let isOff = false;
  // What is said before the page is described follows the page view.
  const early: Event[] = [];
  let becomeReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => (becomeReady = resolve));

  const tell = (name: string, detail: unknown): void => {
    for (const hear of listeners.get(name) ?? []) guarded(() => (hear as (detail: unknown) => void)(detail));
  };
  const shopper = watchShopper(environment);
  const furnish = (loaded: More): void => {
    more = loaded;
    const made = (desired = loaded.createDesired(environment, key, () => loaded.labelsFor(window, options.language, options.labels), {
      receipt(decision, state, reason) {
        receipts = [...receipts.slice(1 - RECEIPTS_MAX), { decision, state, reason }];
        answer();
      },
      chose(choice, decision) {
        if (choice === "off") desired?.reset();
        record({ preference: { choice, decision } });
      },
      emit: tell,
      withdrawn: (change) => agree("shop", change),
      decided: (placement, decision) => tell("decision", { placement, decision }),
      skew: () => skew,
      shopper,
    }));
    backlog.splice(0).forEach((run) => run(made));
    capture.furnish(loaded.captureExit);
    loaded.watchSources(environment, agree);
    if (options.capture !== false) {
      loaded.watchRoutes(environment, () => page.url, api.page);
      // What was pushed to the data layer earlier is read from its beginning.
      loaded.observeDataLayer(window, {
        event: (event) => ("productView" in event ? viewProduct(event.productView.product) : record(event)),
        consent: loaded.watchConsentMode(environment, (answer) => agree("mode", answer)),
      });
    }
    if (token) adopt();
  };
  const fetchMore = (): void => {
    load().then(
      (loaded) => void (more ?? guarded(() => furnish(loaded))),
      () => undefined,
    );
  };
  const whenFurnished = (run: (desired: Desired) => void): void => {
    if (desired) return run(desired);
    // Beyond the bound the oldest goes, but not the page view that is first; what follows then does not fit and brings the whole state.
    backlog.push(run);
    if (backlog.length > BACKLOG_MAX) backlog.splice(1, 1);
  };
  // Until the engine has the page view of the next page, what it says may be about the one before, and until it has heard of a withdrawal,
  // it may be what was withdrawn. It is asked again then.
  const isBetween = (): boolean => (hasMoved && outbox.holds("pageView")) || (hasWithdrawn && outbox.holds("consent"));
  const show = (frame: ServerFrame): void => {
    if (isBetween()) isBehind = true;
    else
      whenFurnished((made) => {
        isBehind = !made.hear(frame) || isBehind;
        answer();
      });
  };
  const rev = (): number => desired?.rev ?? 0;
  const adopt = (): void => {
    if (consent.remember) void more?.adoptQueues(environment, shelf, endpoint, hello, () => record({ consent: stated() }));
  };

  // One timer serves the connection, the outbox and the receipts.
  const schedule = (): void => {
    environment.clearTimer(timer);
    const dues = [connection.deadline, ...(greeted ? [outbox.deadline, appliedAt] : [])].filter(Boolean);
    if (dues.length) timer = environment.setTimer(() => guarded(tick), Math.max(0, Math.min(...dues) - environment.now()));
  };
  const tick = (): void => {
    step({ do: "tick" });
    flush();
  };
  const answer = (): void => {
    appliedAt ||= now() + APPLIED_MS;
    schedule();
  };
  const takeApplied = (): ClientFrame[] => {
    // Without receipts it asks for the state.
    const asks = isBehind && !isBetween();
    const lists = asks && receipts.length ? [receipts, []] : [receipts];
    receipts = [];
    appliedAt = 0;
    if (asks) isBehind = false;
    return lists.map((list) => ({ applied: { rev: rev(), receipts: list } }));
  };
  const flush = (force = false): void => {
    if (transport && greeted) {
      for (let batch; (batch = outbox.take(environment.now(), force)); ) transport.send({ events: { ...batch, sentAt: now(), rev: rev() } });
      if (appliedAt && (force || environment.now() >= appliedAt)) takeApplied().forEach(transport.send);
    }
    schedule();
  };
  const record = (event: Event): void => {
    if (isOff) return;
    if (!started) return void early.push(event);
    outbox.add(event, now(), environment.now());
    if (consent.remember) saveTimer ||= environment.setTimer(save, SAVE_MS);
    if (outbox.deadline <= environment.now()) flush();
    else schedule();
  };
  const forget = (): void => shelf.drop("queue." + stream);
  const save = (): void => {
    saveTimer = 0;
    guarded(() => more?.saveQueue(environment, shelf, stream, page, outbox, left));
  };

  const hello = (resume?: Pick<Resume, "token" | "epoch">): Hello => ({
    versions: [1, 1],
    key,
    stream,
    sdk: "js/" + VERSION,
    page,
    visible: isVisible(),
    consent: stated(),
    now: now(),
    wall: environment.wall(),
    language: navigator.language,
    utcOffset: -new Date(environment.wall()).getTimezoneOffset(),
    viewport: [whole(window.innerWidth), whole(window.innerHeight)],
    touch: guarded(() => window.matchMedia("(pointer:coarse)").matches) ?? false,
    automation: { webdriver: !!navigator.webdriver, languages: navigator.languages?.length },
    visitor,
    session: visit,
    customer,
    resume: resume && { ...resume, rev: rev() },
    preview: new URLSearchParams(location.search).get("floorwalker_preview") ?? undefined,
    queued: outbox.size,
  });

  const hear = (frame: ServerFrame): void => {
    step({ do: "heard" });
    if ("welcome" in frame) {
      const { welcome } = frame;
      visit = welcome.session;
      visitor = welcome.visitor ?? visitor;
      token = welcome.resume;
      skew = environment.wall() - welcome.wall;
      mark = welcome.ack;
      shelf.set("visit", visit);
      shelf.set("visitor", visitor);
      if (mark < outbox.acked) outbox.reset(mark, environment.now());
      else outbox.ack(mark);
      step({ do: "welcomed", resume: { token: welcome.resume, epoch: welcome.epoch } });
      // Past the time for coming back the engine has given the page up, so that it is opened anew.
      if (isBack && !welcome.resumed) view(environment.now());
      else if (welcome.state) show({ state: welcome.state });
      isBack = false;
      capture.configure(welcome.capture);
      becomeReady();
      // Where it did not arrive with the page, the engine may have been away.
      if (more) adopt();
      else fetchMore();
    } else if ("ack" in frame) {
      mark = frame.ack.seq;
      outbox.ack(mark);
      if (!outbox.size) forget();
      if (isBehind) answer();
      for (const refused of frame.ack.rejected ?? []) tell("error", refused);
    } else if ("push" in frame || "state" in frame) show(frame);
    else if ("ping" in frame) transport?.send({ pong: { n: frame.ping.n, now: now() } });
    else if ("goaway" in frame) step({ ...frame.goaway, do: "goaway" });
    else if ("error" in frame) {
      if (frame.error.code === "gap") outbox.reset(mark, environment.now());
      tell("error", frame.error);
    }
    flush();
  };

  const run = (effect: Effect): void => {
    switch (effect.do) {
      case "connect": {
        greeted = false;
        const open = effect.route === "socket" ? openSocket : more?.openStream;
        const events = {
          opened: () => step({ do: "opened" }),
          frame: hear,
          closed(code: number) {
            transport = undefined;
            greeted = false;
            step({ do: "closed", code });
          },
        };
        transport = guarded(() => open?.(environment, endpoint, events));
        // Where sockets are blocked the constructor throws.
        if (!transport) environment.setTimer(() => transport ?? step({ do: "closed", code: 1006 }), 0);
        break;
      }
      case "hello":
        transport?.send({ hello: hello(effect.resume) });
        greeted = true;
        outbox.rewind(environment.now());
        countDrops();
        flush(true);
        break;
      case "bye":
        flush(true);
        transport?.send({ bye: { reason: effect.reason } });
        break;
      case "close":
        transport?.close();
        transport = undefined;
        greeted = false;
        break;
      case "changed":
        tell("connection", effect);
    }
  };
  const step = (input: Input): void => {
    for (const effect of connection.step(input, environment.now())) guarded(() => run(effect));
    schedule();
  };

  const countDrops = (): void => {
    const data = outbox.drops();
    if (data) record({ custom: { name: "floorwalker.dropped", data } });
  };

  const viewProduct = (product: string): void => {
    // A shop may say the same by markup, by call and by `dataLayer`.
    if (product === viewed) return;
    viewed = product;
    record({ productView: { product } });
  };
  const view = (since: number): void => {
    // The page is described as the shop made it.
    desired?.reset();
    hasMoved = !!page.url;
    const { placements = [] } = (page = describePage(window, facts, options.language));
    viewed = undefined;
    shopper.restart();
    whenFurnished((made) => made.announce(placements, since));
    capture.restart();
    record({ pageView: page });
    if (page.kind === "product" && page.product) viewProduct(page.product);
  };
  const stated = (): Consent => state(gpc, said, tcf);
  const agree = (source: Source, answer: Answer, string = tcf): void => {
    if (isOff) return;
    const before = consent;
    const spoken = JSON.stringify([before, stated()]);
    said[source] = source === "shop" ? update(said.shop, answer) : answer;
    tcf = string;
    consent = combine(gpc, said);
    if (spoken === JSON.stringify([consent, stated()])) return;
    shelf.sweep();
    if (isOnlyIn(before, consent, "remember")) {
      visitor = undefined;
      whenFurnished((made) => made.withdraw(consent));
    }
    if (isOnlyIn(before, consent, "personalize")) {
      visit = undefined;
      hasWithdrawn = isBehind = true;
      whenFurnished((made) => {
        made.forget();
        made.withdraw(consent);
      });
    }
    const begun = visit;
    const mayRemember = isOnlyIn(consent, before, "remember");
    // The visit that an earlier page load was allowed to keep goes on, instead of one that began without an answer.
    if (mayRemember || isOnlyIn(consent, before, "personalize")) visit = shelf.get("visit") ?? visit;
    visitor ??= shelf.get("visitor");
    shelf.set("visit", visit);
    if (!started) return;
    record({ consent: stated() });
    // The token that names this browser comes with a welcome.
    if (mayRemember || visit !== begun) step({ do: "renew" });
  };
  const capture = startCapture(environment, options.capture === false ? { ...CAPTURE, clicks: false, scroll: false, exit: false, attentionMs: 0 } : CAPTURE, (event) =>
    record("attention" in event ? { attention: { ...event.attention, trusted: shopper.isTrusted } } : event),
  );

  const sendRest = (isOpen: boolean): void => {
    const batch = outbox.peek(PARCEL_BYTES);
    if (!batch && !appliedAt) return;
    const frames: Parcel["frames"] = [...(batch ? [{ events: { ...batch, sentAt: now(), rev: rev() } }] : []), ...(appliedAt ? takeApplied() : [])];
    const accepted = beacon(environment, endpoint, token ? { resume: token, frames } : { hello: hello(), frames });
    // The browser also accepts where there is no network, so only a living connection counts as delivery.
    if (accepted && isOpen) forget();
    else if (consent.remember) save();
  };
  const leave = (): void => {
    if (left) return;
    left = true;
    const isOpen = connection.phase === "open";
    step({ do: "leave" });
    sendRest(isOpen);
  };
  // A page that was prerendered or cached has changed its visibility unheard.
  const wake = (): void => {
    left = false;
    step({ do: "visible", visible: isVisible() });
    step({ do: "start" });
  };
  const restore = (): void => {
    isBack = true;
    wake();
  };
  const start = (): void => {
    started = true;
    const { activationStart = 0 } = (window.performance.getEntriesByType?.("navigation")[0] ?? {}) as { activationStart?: number };
    view(activationStart);
    early.splice(0).forEach(record);
    listen(document, "visibilitychange", () => {
      step({ do: "visible", visible: isVisible() });
      record({ visibility: { visible: isVisible() } });
      if (isVisible() || left) return;
      flush(true);
      if (connection.phase !== "open") sendRest(false);
    });
    listen(window, "pagehide", leave);
    listen(document, "freeze", leave);
    listen(window, "pageshow", (event) => {
      if ((event as PageTransitionEvent).persisted) restore();
    });
    listen(document, "resume", restore);
    listen(window, "online", () => step({ do: "online" }));
    wake();
    fetchMore();
  };
  // A prerendered page is not seen by anybody yet, and a page still being parsed has not all its placements.
  const begin = (): void => {
    if ((document as { prerendering?: boolean }).prerendering) document.addEventListener("prerenderingchange", () => guarded(begin), { once: true });
    else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => guarded(begin), { once: true });
    else start();
  };

  const safely = <A extends unknown[]>(call: (...given: A) => void) => (...given: A): void => void guarded(() => call(...given));
  const api: Floorwalker = {
    track: safely((name, data) => record({ custom: { name: String(name), data: scalars(data) } })),
    cart: safely((cart) => record({ cart: { currency: String(cart.currency), lines: lines(cart.lines), token: text(cart.token) } })),
    consent: safely((change) => agree("shop", change === "granted" ? GRANTED : change)),
    identify: safely((given) => {
      customer = given;
      step({ do: "renew" });
    }),
    page: safely((given) => {
      facts = given;
      // The start views the first page itself.
      if (started) view(environment.now());
    }),
    productView: safely((product) => viewProduct(String(product))),
    listView: safely((list, items) => record({ listView: { list: String(list), items: items.map(String) } })),
    search: safely((query, results) => record({ search: { query: String(query), results: count(results) } })),
    checkout: safely((name) => record({ checkout: { step: String(name) } })),
    order: safely(({ id, value, currency, coupon, lines: given }) =>
      record({ order: { id: String(id), value: whole(value), currency: String(currency), lines: lines(given), coupon } }),
    ),
    on(name: string, hear: (detail: never) => void) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(hear));
      return () => void set.delete(hear);
    },
    why: (placement) => guarded(() => desired?.why(placement)),
    off: safely(() => {
      desired?.reset();
      record({ preference: { choice: "off" } });
      step({ do: "off" });
      isOff = true;
      consent = { gpc, personalize: false, remember: false };
      shelf.sweep();
    }),
    ready,
    version: VERSION,
  };
  // After the caller's own turn, so that consent given next to the start is known from the start.
  queueMicrotask(() => guarded(begin));
  return api;
};
