import { _ as guarded, a as PENDING, f as isLive, h as spots, m as spotName, p as select, r as post, t as PARCEL_BYTES, u as addressOf$1, v as listen } from "./shared.js";

// src/capture/money.ts
/** `12.5` EUR is 1250; `12.5` JPY is 13. An unknown currency counts as one with two decimals. */
const toMinor = (amount, currency) => {
	const digits = guarded(() => new Intl.NumberFormat("en", {
		style: "currency",
		currency
	}).resolvedOptions().maximumFractionDigits) ?? 2;
	const value = Number(amount);
	return Number.isFinite(value) ? Math.round(Number((value * 10 ** digits).toPrecision(15))) : 0;
};

// src/capture/datalayer.ts
const STEPS = {
	begin_checkout: "begin",
	add_shipping_info: "shipping",
	add_payment_info: "payment"
};
const fields = (value) => value && typeof value === "object" ? value : {};
const text = (value) => typeof value === "string" || typeof value === "number" ? String(value) : "";
const itemId = (item) => text(item["item_id"]) || text(item["item_name"]);
/** The event in our words, or `undefined` if it has none. `name` and `given` are as GA4 documents them. */
const translate = (name, given) => {
	const items = (Array.isArray(given["items"]) ? given["items"] : []).map(fields).filter(itemId);
	const currency = text(given["currency"]);
	const product = items[0] && itemId(items[0]);
	const lines = () => items.map((item) => ({
		product: itemId(item),
		sku: text(item["item_variant"]) || void 0,
		quantity: Math.max(1, Math.round(Number(item["quantity"] ?? 1)) || 1),
		price: toMinor(item["price"], currency)
	}));
	const step = Object.hasOwn(STEPS, name) ? STEPS[name] : void 0;
	if (typeof step === "string") return { checkout: { step } };
	switch (name) {
		case "view_item": return product ? { productView: { product } } : void 0;
		case "view_item_list": return { listView: {
			list: text(given["item_list_id"]) || text(given["item_list_name"]),
			items: items.map(itemId)
		} };
		case "select_item": return { click: {
			target: name,
			product
		} };
		case "view_cart": return { cart: {
			currency,
			lines: lines()
		} };
		case "add_to_cart":
		case "remove_from_cart":
		case "add_to_wishlist": return product ? { custom: {
			name,
			data: {
				product,
				quantity: Number(items[0]?.["quantity"] ?? 1) || 1
			}
		} } : void 0;
		case "search":
		case "view_search_results": {
			const results = given["search_results"] ?? given["results"];
			return typeof results === "number" ? { search: {
				query: text(given["search_term"]),
				results
			} } : void 0;
		}
		case "purchase": {
			const id = text(given["transaction_id"]);
			return id ? { order: {
				id,
				value: toMinor(given["value"], currency),
				currency,
				lines: lines(),
				coupon: text(given["coupon"]) || void 0
			} } : void 0;
		}
		default: return;
	}
};
/** Reads one entry: `{event, ecommerce}`, `{event, ...parameters}`, or the arguments of a `gtag` call. */
const readEntry = (entry, report) => {
	const call = fields(entry);
	const command = call["0"];
	if (command === "consent") return report.consent(call["1"], fields(call["2"]));
	const isCall = command === "event";
	const name = text(isCall ? call["1"] : call["event"]);
	const given = isCall ? fields(call["2"]) : {
		...call,
		...fields(call["ecommerce"])
	};
	const event = name && translate(name, given);
	if (event) report.event(event);
};
/** Replays what is there and follows what is pushed. */
const observeDataLayer = (window, report) => {
	const host = window;
	const layer = host.dataLayer ??= [];
	if (!Array.isArray(layer)) return;
	const read = (entry) => void guarded(() => readEntry(entry, report));
	layer.forEach(read);
	const push = layer.push;
	layer.push = function(...entries) {
		entries.forEach(read);
		return push.apply(this, entries);
	};
};

// src/capture/exit.ts
const FLICK_PX_PER_S = 1200;
const FLICK_PX = 120;
const SAMPLE_MS = 100;
const captureExit = (environment, report) => {
	const { window } = environment;
	const { document } = window;
	let isLeaving = false;
	let samples = [];
	let byTouch = false;
	const leave = (signal, speed = 0) => {
		isLeaving = true;
		report(signal, Math.round(speed));
	};
	const back = () => {
		if (isLeaving) report("returned");
		isLeaving = false;
	};
	const speedAt = (y) => {
		const now = environment.now();
		samples = samples.filter(([at]) => now - at <= SAMPLE_MS);
		const [first] = samples;
		samples.push([now, y]);
		return first && now > first[0] ? [Math.max(0, (first[1] - y) / (now - first[0]) * 1e3), first[1] - y] : [0, 0];
	};
	const stops = [
		listen(document, "pointermove", (event) => {
			if (event.pointerType === "touch") return;
			byTouch = false;
			back();
			speedAt(event.clientY);
		}),
		listen(document, "mouseout", (event) => {
			if (!event.relatedTarget && event.clientY <= 0 && !byTouch) leave("pointerTop", speedAt(event.clientY)[0]);
		}),
		listen(document, "touchstart", () => {
			byTouch = true;
			samples = [];
			back();
		}),
		listen(window, "scroll", () => {
			if (!byTouch) return;
			const [speed, distance] = speedAt(window.scrollY);
			if (!isLeaving && speed > FLICK_PX_PER_S && distance > FLICK_PX) leave("scrollUp", speed);
			else if (distance < 0) back();
		}),
		listen(document, "keydown", back),
		listen(document, "visibilitychange", () => document.visibilityState === "hidden" ? leave("hidden") : back())
	];
	const navigation = window.navigation;
	if (navigation) stops.push(listen(navigation, "navigate", ({ navigationType, destination }) => {
		if (navigationType === "traverse" && destination && destination.index < (navigation.currentEntry?.index ?? 0)) leave("back");
	}));
	return {
		idle: () => leave("idle"),
		stop: () => stops.forEach((stop) => stop())
	};
};

// src/capture/routes.ts
const SETTLE_MS = 50;
/**
* Calls `opened` after the address changed without a page load. A change of the fragment alone is the same page, and so is one that was
* `viewed` meanwhile, because the shop announced it itself. This is loaded later than the page, so it begins with a look.
*/
const watchRoutes = ({ window, setTimer, clearTimer }, viewed, opened) => {
	const { history, location } = window;
	const bare = (address) => address.replace(/#.*/, "");
	let last = bare(viewed());
	let timer = 0;
	const look = () => {
		const address = bare(addressOf$1(location));
		if (address === last) return;
		last = address;
		clearTimer(timer);
		timer = setTimer(() => bare(viewed()) === last || guarded(opened), SETTLE_MS);
	};
	for (const name of ["pushState", "replaceState"]) {
		const original = history[name];
		guarded(() => {
			history[name] = function(...args) {
				original.apply(this, args);
				guarded(look);
			};
		});
	}
	listen(window, "popstate", look);
	look();
};

// src/consent/mode.ts
const SIGNALS = {
	session: "functionality_storage",
	personalize: "personalization_storage",
	remember: "personalization_storage",
	measure: "analytics_storage",
	share: "ad_user_data"
};
const WAIT_MAX_MS = 6e4;
/** Returns what takes a command: `default` or `update`, and its parameters. */
const watchConsentMode = ({ setTimer }, report) => {
	const defaults = {};
	const updates = {};
	const regional = {};
	let waiting = 0;
	const read = (name) => {
		if (name in updates) return updates[name];
		if (defaults[name] === false) return false;
		if (name in regional) return null;
		return waiting && defaults[name] ? null : defaults[name];
	};
	const tell = () => {
		const answer = {};
		for (const purpose of Object.keys(SIGNALS)) {
			const said = read(SIGNALS[purpose]);
			if (said !== void 0) answer[purpose] = said;
		}
		report(answer);
	};
	return (command, given) => {
		const isUpdate = command === "update";
		if (!isUpdate && command !== "default") return;
		const { region, wait_for_update: wait } = given;
		const isRegional = !isUpdate && Array.isArray(region) && region.length > 0;
		for (const name of Object.values(SIGNALS)) {
			const value = given[name];
			if (value !== "granted" && value !== "denied") continue;
			if (!isRegional) (isUpdate ? updates : defaults)[name] = value === "granted";
			else if (value === "denied") regional[name] = true;
		}
		if (!isUpdate && typeof wait === "number" && wait > 0) {
			waiting++;
			setTimer(() => {
				waiting--;
				tell();
			}, Math.min(wait, WAIT_MAX_MS));
		}
		tell();
	};
};

// src/consent/shopify.ts
const read$1 = (value) => value === true || value === "yes" || value === "true" ? true : value === false || value === "no" || value === "false" ? false : null;
const both = (one, other) => one === false || other === false ? false : one && other;
/** Follows the platform's settings. False if this is no page of Shopify. */
const watchShopify = (window, report) => {
	const { Shopify } = window;
	if (!Shopify?.customerPrivacy && !Shopify?.loadFeatures) return false;
	let collected = false;
	const tell = () => {
		const api = Shopify.customerPrivacy;
		if (!api || !collected && api.shouldShowBanner?.()) return report(PENDING);
		const said = guarded(() => api.currentVisitorConsent?.()) ?? {};
		const allowed = (call, name) => read$1(said[name]) === false ? false : read$1(guarded(() => api[call]?.()));
		const preferences = allowed("preferencesProcessingAllowed", "preferences");
		report({
			session: preferences,
			personalize: preferences,
			remember: both(preferences, allowed("marketingAllowed", "marketing")),
			measure: allowed("analyticsProcessingAllowed", "analytics"),
			share: allowed("saleOfDataAllowed", "sale_of_data")
		});
	};
	listen(window.document, "visitorConsentCollected", () => {
		collected = true;
		guarded(tell);
	});
	if (Shopify.customerPrivacy) tell();
	else {
		report(PENDING);
		guarded(() => Shopify.loadFeatures?.([{
			name: "consent-tracking-api",
			version: "0.1"
		}], (error) => void (error || guarded(tell))));
	}
	return true;
};

// src/consent/tcf.ts
const POLICY_MIN = 4;
const STRING_BYTES_MAX = 8192;
/** Purposes of the framework in ours, as the engine reads them out of the string; sharing is its business alone. */
const fromTcData = ({ purpose, tcfPolicyVersion = 0, isServiceSpecific }) => {
	const consents = isServiceSpecific && tcfPolicyVersion >= POLICY_MIN && purpose?.consents || {};
	const has = (number) => consents[1] === true && consents[number] === true;
	const remember = has(5) && has(6);
	return {
		session: has(1),
		personalize: has(11) || remember,
		remember,
		measure: has(8)
	};
};
/** Listens to the page's consent platform. False if there is none yet. */
const watchTcf = (window, report) => {
	const api = window.__tcfapi;
	if (typeof api !== "function") return false;
	let answered = false;
	const hear = (data, success) => {
		const { gdprApplies: applies, eventStatus, tcString = "" } = success && data || {};
		if (applies === false) report({}, {
			applies,
			answered: true
		});
		else if (data && applies && (eventStatus === "tcloaded" || eventStatus === "useractioncomplete")) {
			answered = true;
			const string = tcString.length > STRING_BYTES_MAX ? "" : tcString;
			report(fromTcData(data), {
				string,
				applies,
				answered
			});
		} else if (!answered) report(PENDING, applies === void 0 ? {} : { applies });
	};
	guarded(() => api("addEventListener", 2, (data, success) => void guarded(() => hear(data, success))));
	return true;
};

// src/consent/sources.ts
const LOOK_MS = 500;
const LOOKS_MAX = 40;
const watchSources = (environment, report) => {
	const { window } = environment;
	const watches = [() => watchTcf(window, (answer, tcf) => report("tcf", answer, tcf)), () => watchShopify(window, (answer) => report("platform", answer))];
	const look = (missing, looks) => {
		const left = missing.filter((watch) => !guarded(watch));
		if (left.length && looks < LOOKS_MAX) environment.setTimer(() => look(left, looks + 1), LOOK_MS);
	};
	look(watches, 0);
};

// src/fallback.ts
const LOST = 1006;
const ORIGIN = 4004;
const FRAMES_MAX = 64;
/** The close code that a refusal stands for. */
const codeOf = ({ status, body }) => {
	const code = body?.error?.code;
	return typeof code === "number" ? code : status === 403 ? ORIGIN : LOST;
};
/** How many frames one request can carry, at least one. */
const fit = (frames) => {
	let bytes = 0;
	const over = frames.findIndex((frame, i) => (bytes += JSON.stringify(frame).length) > 49152 && i > 0);
	return Math.min(FRAMES_MAX, over < 0 ? frames.length : over);
};
const openStream = (environment, endpoint, events) => {
	let done = false;
	let token = "";
	let hello;
	const waiting = [];
	let busy = false;
	let source;
	const fail = (code = LOST) => {
		if (done) return;
		close();
		events.closed(code);
	};
	const close = () => {
		done = true;
		source?.close();
	};
	const receive = (frame) => {
		if (done) return;
		if ("welcome" in frame) {
			token = frame.welcome.resume;
			source ??= listen();
		}
		events.frame(frame);
	};
	const listen = () => {
		const stream = new environment.window.EventSource(endpoint + "/v1/stream?token=" + encodeURIComponent(token));
		stream.onmessage = (message) => void guarded(() => receive(JSON.parse(message.data)));
		stream.onerror = () => fail();
		return stream;
	};
	const pump = async () => {
		if (busy || done || !hello && !waiting.length) return;
		busy = true;
		const frames = waiting.splice(0, fit(waiting));
		const opening = hello;
		hello = void 0;
		const answer = await post(environment, endpoint, opening ? {
			hello: opening,
			frames
		} : {
			resume: token,
			frames
		});
		busy = false;
		if (done) return;
		const { status, body, retryMs } = answer;
		if (status < 200 || status > 299) {
			if (retryMs) events.frame({ goaway: {
				minMs: retryMs,
				maxMs: 2 * retryMs,
				code: 4200
			} });
			return fail(codeOf(answer));
		}
		const list = body?.frames;
		guarded(() => list?.forEach(receive));
		await pump();
	};
	environment.setTimer(() => done || guarded(events.opened), 0);
	return {
		send(frame) {
			if ("hello" in frame) hello = frame.hello;
			else waiting.push(frame);
			environment.setTimer(() => void pump(), 0);
		},
		close
	};
};

// src/labels.ts
const LABELS = {
	en: {
		locale: "en",
		close: "Close",
		copy: "Copy",
		copied: "Copied",
		until: "Valid until",
		why: "Why this?",
		used: "Based on:",
		less: "Less like this",
		reset: "Reset this visit",
		off: "Turn off",
		done: "Done. Thank you.",
		ranking: "Personalized order",
		price: "Personalized price"
	},
	de: {
		locale: "de",
		close: "Schließen",
		copy: "Kopieren",
		copied: "Kopiert",
		until: "Gültig bis",
		why: "Warum das?",
		used: "Grundlage:",
		less: "Weniger davon",
		reset: "Diesen Besuch zurücksetzen",
		off: "Ausschalten",
		done: "Erledigt. Danke.",
		ranking: "Personalisierte Reihenfolge",
		price: "Personalisierter Preis"
	}
};
const primaryOf = (tag) => tag.split(/[-_]/)[0]?.toLowerCase() ?? "";
/** The first of these BCP 47 tags that is spoken, else English. */
const chooseLanguage = (...tags) => {
	for (const tag of tags) {
		const primary = primaryOf(tag ?? "");
		if (Object.hasOwn(LABELS, primary)) return primary;
	}
	return "en";
};
/** The words for a page: in the shop's choice of language, that of the page, or that of the browser. */
const labelsFor = ({ document, navigator }, language, own) => {
	const chosen = chooseLanguage(language, document.documentElement.lang, navigator.language);
	const locale = primaryOf(navigator.language ?? "") === chosen ? navigator.language : chosen;
	return {
		...LABELS[chosen],
		locale,
		...own
	};
};

// src/tabs.ts
const PURPOSES = [
	"personalize",
	"remember",
	"measure",
	"share"
];
/** Only what is a plain no. */
const refusals = (given) => Object.fromEntries(PURPOSES.filter((purpose) => given[purpose] === false).map((purpose) => [purpose, false]));
const openTabs = (window, key, heard, withdrawn) => {
	let channel;
	const open = () => {
		channel?.close();
		channel = guarded(() => new window.BroadcastChannel("floorwalker." + key));
		if (!channel) return;
		listen(channel, "message", ({ data }) => {
			if (!Array.isArray(data)) return;
			if (typeof data[0] === "string") heard(data[0], data[1] === true);
			else if (data[0] && typeof data[0] === "object") withdrawn(refusals(data[0]));
		});
	};
	listen(window, "pagehide", () => channel?.close());
	listen(window, "pageshow", open);
	open();
	const post = (...message) => void guarded(() => channel?.postMessage(message));
	return {
		tell: post,
		withdraw: (consent) => post(refusals(consent))
	};
};

// src/placements/find.ts
/** The first spot of that name. */
const findSpot = (document, name) => spots(document).find((element) => spotName(element) === name);
/** The element that the shop keeps for what must be told beside a spot. */
const noticeSpot = (document, name) => select(document, "[data-floorwalker-notice]").find((element) => element.dataset.floorwalkerNotice === name);
const findTemplate = (document, name) => select(document, "template").find((element) => element.dataset.floorwalkerTemplate === name);
/** Parts of a spot that carry the attribute. */
const children = (root, attribute) => select(root, `[${attribute}]`);

// src/placements/style.ts
const CSS = `:host{all:initial;color-scheme:inherit;font:14px/1.5 system-ui,sans-serif;color:var(--floorwalker-text,CanvasText)}:host(.o){all:revert}:host{--s:var(--floorwalker-surface,Canvas);--a:var(--floorwalker-accent,#1f6b4a);--l:color-mix(in srgb,currentColor 16%,transparent)}
*{box-sizing:border-box}
button{font:inherit;color:inherit;background:none;border:1px solid var(--l);border-radius:6px;padding:5px 12px;cursor:pointer}
button:hover{background:color-mix(in srgb,currentColor 7%,transparent)}
:focus-visible{outline:2px solid var(--a);outline-offset:2px}
dialog,.p{background:var(--s);color:inherit;border:1px solid var(--l);border-radius:var(--floorwalker-radius,12px);box-shadow:0 16px 48px #0000002e}
dialog{color:var(--floorwalker-text,CanvasText);text-align:start;width:min(440px,calc(100vw - 32px));max-height:calc(100vh - 32px);padding:28px;overflow:auto;outline:0}
dialog::backdrop{background:#0f0e0c73}
.x{position:absolute;top:12px;inset-inline-end:12px;width:36px;height:36px;padding:0;border:0;border-radius:50%;font-size:22px;line-height:1}
.c{display:flex;gap:8px;align-items:center;margin:16px 0 0;padding:6px 6px 6px 14px;border:1px dashed var(--a);border-radius:6px}
code{flex:1;font:600 16px/1.5 ui-monospace,monospace;letter-spacing:.06em;overflow-wrap:anywhere}
p{margin:0}
.e,.w{opacity:.72;font-size:12px;font-variant-numeric:tabular-nums}
.e{margin:12px 0 0}
.w{border:0;padding:2px 6px;line-height:20px;background:var(--s)}
.w:hover,.w:focus-visible,.w[aria-expanded=true]{opacity:1;background:var(--s);text-decoration:underline}
.w.s{width:24px;height:24px;padding:0;font-size:0;border-radius:50%}
.w.s::before{content:"?";font-size:12px}
p+p{margin-top:8px}
.f{margin:12px 0 -12px -6px}
.p{position:fixed;inset:auto;margin:0;padding:16px;width:min(320px,calc(100vw - 16px));font-size:14px}
.b{display:grid;gap:8px;margin-top:12px}
.n{position:fixed;z-index:2147483000;inset-inline:16px;bottom:16px;margin:auto;width:fit-content;max-width:min(420px,calc(100vw - 32px));padding:12px 18px;font-weight:500}
@media(prefers-reduced-motion:no-preference){dialog[open],.n:not(:empty){animation:i .16s ease-out}@keyframes i{from{opacity:0;transform:translateY(8px)}}}
.n:empty{display:none}`;
/** A host element with a styled shadow root; what the shop puts into the host shows through a slot in the shop's own style. */
const createHost = (document) => {
	const host = document.createElement("div");
	host.dataset.floorwalkerOwn = "";
	const root = host.attachShadow({ mode: "open" });
	guarded(() => {
		const sheet = new (document.defaultView ?? globalThis).CSSStyleSheet();
		sheet.replaceSync(CSS);
		root.adoptedStyleSheets = [sheet];
	});
	return {
		host,
		root
	};
};
/** An element with a class, attributes and text. */
const make = (document, tag, attributes, text = "") => {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
	element.textContent = text;
	return element;
};

// src/placements/foot.ts
const createFoot = (document) => {
	let foot;
	return { add(...elements) {
		foot ??= createHost(document);
		const { host, root } = foot;
		host.style.cssText = "display:block;position:relative;height:0";
		root.append(...elements);
		document.body.append(host);
		return () => {
			for (const element of elements) element.remove();
			if (!root.childElementCount) host.remove();
		};
	} };
};

// src/placements/hold.ts
const near = (a, b) => Math.abs(a - b) < 1;
/** The nearest sibling that can be seen to move. */
const neighbor = (element, way) => {
	let node = element[way];
	while (node && node.nodeType !== 1 && (node.nodeType !== 3 || !node.textContent?.trim())) node = node[way];
	return node;
};
const corner = (node) => {
	if (!node) return [];
	const range = node.ownerDocument.createRange();
	range.selectNode(node);
	const { left, top } = range.getBoundingClientRect();
	return [left, top];
};
const isOnScreen = (element) => {
	const window = element.ownerDocument.defaultView;
	const { top, bottom, left, right } = element.getBoundingClientRect();
	return !!window && bottom > 0 && right > 0 && top < window.innerHeight && left < window.innerWidth;
};
/** Applies `change` in place. Returns its undo, or `undefined` if the content needed another size and was taken back. */
const changeInPlace = (element, change) => {
	const window = element.ownerDocument.defaultView;
	const { style } = element;
	const { blockSize, overflow } = style;
	const [own, parent] = [element, element.parentElement].map((one) => () => {
		const box = one?.getBoundingClientRect();
		return box ? [
			box.left,
			box.top,
			box.height
		] : [];
	});
	const previous = neighbor(element, "previousSibling");
	const next = neighbor(element, "nextSibling");
	const boxes = () => [
		...own?.() ?? [],
		...parent?.() ?? [],
		...corner(previous),
		...corner(next)
	];
	const release = () => {
		style.blockSize = blockSize;
		style.overflow = overflow;
	};
	if (!isOnScreen(element)) return change();
	const before = boxes();
	style.blockSize = window?.getComputedStyle(element).blockSize ?? "";
	const undo = change();
	const width = window?.innerWidth;
	const stop = window ? listen(window, "resize", () => window.innerWidth === width || release()) : () => void 0;
	const restore = () => {
		stop();
		undo();
		release();
	};
	if (!(element.scrollHeight <= element.clientHeight + 1 && boxes().every((value, i) => near(value, before[i] ?? value)))) {
		restore();
		return;
	}
	style.overflow = "clip";
	return restore;
};

// src/placements/late.ts
const EARLY_MS = 1500;
const isLate = ({ live, above, onScreen }, hadInput, sinceMs) => !live && (above ? hadInput || sinceMs > EARLY_MS : onScreen && hadInput);

// src/placements/notice.ts
const SHOWN_MS = 8e3;
const createNotice = (environment) => {
	let line;
	let timer = 0;
	return (text, tone = "") => {
		const { document } = environment.window;
		if (!line?.isConnected) {
			const { host, root } = createHost(document);
			line = make(document, "div", {
				class: "p n",
				role: "status",
				"aria-live": "polite"
			});
			root.append(line);
			document.body.append(host);
		}
		const current = line;
		current.dataset.tone = tone;
		environment.clearTimer(timer);
		timer = environment.setTimer(() => {
			current.textContent = text;
			timer = environment.setTimer(() => void (current.textContent = ""), SHOWN_MS);
		}, 50);
	};
};

// src/urls.ts
const resolve = (value, base) => {
	try {
		const url = new URL(value, base);
		return url.username || url.password ? void 0 : url;
	} catch {
		return;
	}
};
/** A link to a page: relative, `http:` or `https:`. */
const safeLink = (value, base) => {
	const url = resolve(value, base);
	return url && /^https?:$/.test(url.protocol) ? url.href : void 0;
};
/** A picture: from the page's own origin, or over `https:`. */
const safeImage = (value, base) => {
	const url = resolve(value, base);
	return url && (url.protocol === "https:" || url.origin === resolve(base, base)?.origin) ? url.href : void 0;
};

// src/placements/order.ts
/** Positions in `values` of one longest increasing run, as in patience sorting. */
const longestIncreasing = (values) => {
	const ends = [];
	const before = [];
	values.forEach((value, i) => {
		let low = 0;
		let high = ends.length;
		while (low < high) {
			const middle = low + high >> 1;
			if (values[ends[middle]] < value) low = middle + 1;
			else high = middle;
		}
		before[i] = low ? ends[low - 1] : -1;
		ends[low] = i;
	});
	const kept = /* @__PURE__ */ new Set();
	for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i]) kept.add(i);
	return kept;
};
/** Named nodes in the given order, then the others in the order they have. */
const arrange = (nodes, ids, id) => {
	const rank = new Map(ids.map((name, i) => [name, i]));
	const place = (node) => rank.get(id(node) ?? "") ?? ids.length;
	return [...nodes].sort((a, b) => place(a) - place(b));
};
/** Puts siblings into `wanted` order, each in one of the places they hold together. Returns how many nodes moved. */
const reorder = (wanted) => {
	const parent = wanted[0]?.parentNode;
	if (!parent) return 0;
	const children = [...parent.childNodes];
	const positions = wanted.map((node) => children.indexOf(node));
	const kept = longestIncreasing(positions);
	let next = children[Math.max(...positions)]?.nextSibling ?? null;
	let moves = 0;
	for (let i = wanted.length - 1; i >= 0; i--) {
		const node = wanted[i];
		if (!kept.has(i)) {
			parent.insertBefore(node, next);
			moves++;
		}
		next = node;
	}
	return moves;
};
const REDUCED = "(prefers-reduced-motion: reduce)";
const SLIDE_MS = 150;
const sliding$1 = /* @__PURE__ */ new WeakMap();
/** Runs `change` and lets the nodes slide from where they were. Focus stays on the element that had it. */
const slide = (nodes, change) => {
	const [first] = nodes;
	const window = first?.ownerDocument.defaultView;
	if (!first || !window) return change();
	const root = first.getRootNode();
	const focused = root.activeElement;
	const before = !first.animate || window.matchMedia(REDUCED).matches ? [] : nodes.map((node) => node.getBoundingClientRect());
	for (const node of nodes) sliding$1.get(node)?.cancel();
	change();
	if (focused && root.activeElement !== focused) focused.focus({ preventScroll: true });
	before.forEach((from, i) => {
		const node = nodes[i];
		const to = node.getBoundingClientRect();
		const [x, y] = [from.left - to.left, from.top - to.top];
		if (!x && !y) return;
		sliding$1.set(node, node.animate([{ transform: `translate(${x}px,${y}px)` }, { transform: "none" }], {
			duration: SLIDE_MS,
			easing: "ease-out"
		}));
	});
};

// src/placements/template.ts
/**
* Fills the fields of `root`. `data-field` sets the text (the picture on `<img>`, the link on `<a data-field="href">`);
* `data-field-href`, `data-field-src` and `data-field-alt` set that attribute. A field without data keeps what the shop wrote.
*/
const fillFields = (root, data, base) => {
	const value = (name) => name && Object.hasOwn(data, name) ? data[name] : void 0;
	const set = (element, attribute, given) => {
		if (given !== void 0) element.setAttribute(attribute, given);
	};
	const link = (element, given) => set(element, "href", given && safeLink(given, base));
	const picture = (element, given) => set(element, "src", given && safeImage(given, base));
	for (const element of root.querySelectorAll("[data-field],[data-field-href],[data-field-src],[data-field-alt]")) {
		const { field, fieldHref, fieldSrc, fieldAlt } = element.dataset;
		const text = value(field);
		if (element.localName === "img") {
			picture(element, text ?? value(fieldSrc));
			set(element, "alt", value(fieldAlt));
		} else if (element.localName === "a") {
			link(element, field === "href" ? text : value(fieldHref));
			if (field !== "href" && text !== void 0) element.textContent = text;
		} else if (text !== void 0) element.textContent = text;
	}
};
/** A filled copy of the template, or `undefined` if the page has none of that name. */
const renderTemplate = (document, name, data) => {
	const template = findTemplate(document, name);
	if (!template) return;
	const copy = document.importNode(template.content, true);
	fillFields(copy, data, document.baseURI);
	return copy;
};

// src/placements/operate.ts
/** Replaces the children of `element`. What the shop has rendered there since then stays. */
const replace = (element, ...content) => {
	const kept = [...element.childNodes];
	element.replaceChildren(...content);
	const ours = [...element.childNodes];
	return () => {
		if (!ours.length || ours.some((node) => node.parentNode === element)) element.replaceChildren(...kept);
	};
};
const setAttribute = (element, name, value) => {
	if (value === void 0) return () => void 0;
	const kept = element.getAttribute(name);
	element.setAttribute(name, value);
	return () => {
		if (element.getAttribute(name) !== value) return;
		if (kept === null) element.removeAttribute(name);
		else element.setAttribute(name, kept);
	};
};
const all = (...undos) => () => undos.forEach((undo) => undo());
/** Nested nodes have another parent and keep their place in it. */
const siblingsOf = (nodes) => nodes.filter((node) => node.parentNode === nodes[0]?.parentNode);
const rearrange = (siblings, wanted) => {
	const parent = siblings[0]?.parentNode;
	reorder(wanted);
	return () => void reorder(siblings.filter((node) => node.isConnected && node.parentNode === parent));
};
/** Makes a change, and later its undo, with the nodes sliding to their places. */
const sliding = (nodes, change) => {
	let undo = () => void 0;
	slide(nodes, () => undo = change());
	return () => slide(nodes, undo);
};
const cta = (element, label, href, tone) => {
	const text = element.querySelector("[data-field=label]") ?? element;
	const link = element.localName === "a" ? element : element.querySelector("a");
	const address = href === void 0 ? void 0 : safeLink(href, element.baseURI);
	const document = element.ownerDocument;
	const { style } = element;
	const { minInlineSize } = style;
	style.minInlineSize = document.defaultView?.getComputedStyle(element).inlineSize ?? "";
	return all(replace(text, document.createTextNode(label)), link ? setAttribute(link, "href", address) : () => void 0, setAttribute(element, "data-tone", tone), () => style.minInlineSize = minInlineSize);
};
const addressOf = (entry) => {
	const href = (entry.localName === "a" ? entry : entry.querySelector("a"))?.getAttribute("href");
	return href ? safeLink(href, entry.baseURI) : void 0;
};
const nav = (element, shortcuts, promote) => {
	const document = element.ownerDocument;
	const own = siblingsOf(children(element, "data-floorwalker-entry"));
	const first = own[0];
	const spot = element.querySelector("[data-floorwalker-shortcuts]");
	const make = (label, address) => {
		const entry = first?.cloneNode(false) ?? document.createElement("a");
		delete entry.dataset.floorwalkerEntry;
		entry.removeAttribute("id");
		entry.removeAttribute("aria-current");
		let link = entry;
		if (entry.localName !== "a") {
			link = first?.querySelector("a")?.cloneNode(false) ?? document.createElement("a");
			entry.append(link);
		}
		link.setAttribute("href", address);
		link.textContent = label;
		entry.dataset.floorwalkerShortcut = "";
		return entry;
	};
	const front = /* @__PURE__ */ new Map();
	for (const { label, href } of shortcuts) {
		const address = safeLink(href, document.baseURI);
		if (address && !front.has(address)) front.set(address, own.find((entry) => addressOf(entry) === address) ?? make(label, address));
	}
	const moved = [...front.values()].filter((entry) => own.includes(entry));
	const added = [...front.values()].filter((entry) => !own.includes(entry));
	const wanted = [...moved, ...arrange(own, promote, (entry) => entry.dataset.floorwalkerEntry).filter((entry) => !moved.includes(entry))];
	return sliding(own, () => {
		const undo = rearrange(own, wanted);
		if (spot) spot.append(...added);
		else if (!first) element.prepend(...added);
		else {
			let next = wanted[moved.length] ?? wanted.at(-1)?.nextSibling ?? null;
			for (const entry of [...front.values()].reverse()) {
				if (added.includes(entry)) first.parentNode?.insertBefore(entry, next);
				next = entry;
			}
		}
		return all(() => added.forEach((entry) => entry.remove()), undo);
	});
};
const recommend = (element, template, title, items) => {
	const document = element.ownerDocument;
	const rows = [];
	for (const item of items) {
		const row = renderTemplate(document, template, { ...item });
		if (!row) return;
		row.firstElementChild?.setAttribute("data-floorwalker-item", item.id);
		rows.push(row);
	}
	const list = element.querySelector("[data-floorwalker-items]") ?? element;
	const heading = title === void 0 ? null : element.querySelector("[data-field=title]");
	return () => all(replace(list, ...rows), heading && !list.contains(heading) ? replace(heading, document.createTextNode(title ?? "")) : () => void 0);
};
/** The name of the spot an operation is about; none for those that need no spot. */
const spotOf = (op) => {
	const [body] = Object.values(op);
	return body?.placement ?? body?.list;
};
/** Prepares the change; `undefined` if the page lacks the template it needs. `extra` fields join an offer's own. */
const prepare = (element, op, extra) => {
	const document = element.ownerDocument;
	if ("fill" in op || "offer" in op) {
		const { template, data } = "fill" in op ? op.fill : op.offer;
		const content = renderTemplate(document, template, {
			...data,
			...extra
		});
		return content && (() => replace(element, content));
	}
	if ("order" in op) {
		const items = children(element, "data-floorwalker-item");
		const own = siblingsOf(items);
		return () => sliding(items, () => rearrange(own, arrange(own, op.order.ids, (item) => item.dataset.floorwalkerItem)));
	}
	if ("cta" in op) return () => cta(element, op.cta.label, op.cta.href, op.cta.tone);
	if ("nav" in op) return () => nav(element, op.nav.shortcuts, op.nav.promote);
	if ("layout" in op) return () => setAttribute(element, "data-layout", op.layout.layout);
	if ("recommend" in op) {
		const { template, title, items } = op.recommend;
		return recommend(element, template, title, items);
	}
};

// src/placements/free.ts
const CLICKABLE = "a,button,input,select,textarea,label,summary,video,audio,iframe,[role=button],[role=link],[role=tab],[tabindex],[onclick],[contenteditable],[data-floorwalker-click]";
const SEEN = "img,svg,picture,canvas";
const GAP = 2;
/** From the edges of the spot. */
const EDGE = 4;
const STEP = 4;
const BOXES_MAX = 2e3;
const boxesOf = (spot, ours) => {
	const document = spot.ownerDocument;
	const clickable = [];
	const seen = [];
	const add = (list, rects) => {
		for (const rect of rects) if (rect.right > rect.left && rect.bottom > rect.top) list.push(rect);
	};
	for (const element of spot.querySelectorAll(CLICKABLE)) {
		if (ours.contains(element)) continue;
		add(clickable, element.getClientRects());
		for (const inner of element.children) add(clickable, inner.getClientRects());
	}
	for (const element of spot.querySelectorAll(SEEN)) if (!ours.contains(element)) add(seen, element.getClientRects());
	const walker = document.createTreeWalker(spot, 4);
	const range = document.createRange();
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		if (!node.textContent?.trim() || ours.contains(node)) continue;
		range.selectNodeContents(node);
		add(seen, range.getClientRects());
		if (clickable.length + seen.length > BOXES_MAX) return;
	}
	return {
		clickable,
		seen
	};
};
/**
* Where in `spot`, from its padding box, a control of `size` covers nothing; `overText`: nothing that can be pressed. `ours` is the
* control. The corners first, then row by row from below.
*/
const freePlace = (spot, ours, { width, height }, overText) => {
	const boxes = boxesOf(spot, ours);
	const right = spot.clientWidth - width - 4;
	const room = spot.clientHeight - height;
	if (!boxes || right < 4 || room < 0) return;
	const taken = overText ? boxes.clickable : [...boxes.clickable, ...boxes.seen];
	const { left, top } = spot.getBoundingClientRect();
	const [x, y] = [left + spot.clientLeft, top + spot.clientTop];
	const isRight = spot.ownerDocument.defaultView?.getComputedStyle(spot).direction !== "rtl";
	const collide = (atX, atY) => {
		const [l, t] = [x + atX - GAP, y + atY - GAP];
		const [r, b] = [l + width + 4, t + height + 4];
		return taken.find((box) => box.left < r && box.right > l && box.top < b && box.bottom > t);
	};
	const [far, near] = isRight ? [right, 4] : [4, right];
	const upper = Math.min(4, room / 2);
	const bottom = room - upper;
	const lower = room < 2 * height ? room / 2 : bottom;
	const found = (atX, atY) => ({
		left: atX + spot.scrollLeft,
		top: atY + spot.scrollTop
	});
	for (const atX of [far, near]) for (const atY of [
		lower,
		bottom,
		upper
	]) if (!collide(atX, atY)) return found(atX, atY);
	for (let atY = bottom; atY >= upper; atY -= STEP) for (let atX = far; isRight ? atX >= 4 : atX <= right;) {
		const box = collide(atX, atY);
		if (!box) return found(atX, atY);
		atX = isRight ? box.left - x - width - 4 : box.right - x + 4;
	}
};

// src/placements/why.ts
const CHOICES = [
	"less",
	"reset",
	"off"
];
/** What the control says: that something is personalized, where that must be told, else a question. */
const wordsOf = ({ notice }, labels) => notice && {
	ranking: labels.ranking,
	price: labels.price
}[notice.kind] || labels.why;
/** The button and its panel, to be put into a shadow root. */
const whyControl = (document, decision, labels, choose) => {
	const button = make(document, "button", {
		class: "w",
		type: "button",
		"aria-haspopup": "dialog",
		"aria-expanded": "false"
	}, wordsOf(decision, labels));
	const panel = make(document, "div", {
		class: "p",
		role: "dialog",
		"aria-label": labels.why,
		popover: "auto"
	});
	const row = make(document, "div", { class: "b" });
	const { why, used, notice } = decision;
	for (const text of [
		notice?.text,
		why,
		used?.length && `${labels.used} ${used.join(", ")}.`
	]) if (text) panel.append(make(document, "p", {}, text));
	panel.append(row);
	const opened = (open) => {
		button.setAttribute("aria-expanded", String(open));
		panel.style.visibility = open ? "visible" : "hidden";
		if (!open) return;
		const at = button.getBoundingClientRect();
		const { innerWidth, innerHeight } = document.defaultView ?? globalThis;
		const { width, height } = panel.getBoundingClientRect();
		panel.style.left = Math.max(8, Math.min(at.left > innerWidth / 2 ? at.right - width : at.left, innerWidth - width - 8)) + "px";
		panel.style.top = Math.max(8, at.bottom + 4 + height > innerHeight ? at.top - height - 4 : at.bottom + 4) + "px";
		row.querySelector("button")?.focus({ preventScroll: true });
	};
	panel.style.visibility = "hidden";
	let close = () => panel.hidePopover();
	if (typeof panel.showPopover === "function") {
		button.popoverTargetElement = panel;
		panel.addEventListener("beforetoggle", (event) => {
			const focused = panel.getRootNode().activeElement;
			if (event.newState === "closed" && panel.contains(focused)) button.focus({ preventScroll: true });
		});
		panel.addEventListener("toggle", (event) => opened(event.newState === "open"));
	} else {
		const show = (open) => {
			panel.hidden = !open;
			opened(open);
			if (!open) button.focus({ preventScroll: true });
		};
		close = () => show(false);
		panel.hidden = true;
		panel.addEventListener("keydown", (event) => {
			if (event.key === "Escape") close();
		});
		button.addEventListener("click", () => show(panel.hidden));
	}
	for (const choice of CHOICES) {
		const one = make(document, "button", { type: "button" }, labels[choice]);
		one.addEventListener("click", () => {
			close();
			choose(choice, decision.id);
		});
		row.append(one);
	}
	return [button, panel];
};
const COMPACT = "s";
/**
* Puts the control where it covers nothing of the spot's that can be pressed, and if possible nothing that can be read; `mayPad` lets it
* make room for itself at the spot's far edge. A spot that is full, or that lies in a link, has no place for it: then, and whenever it
* comes to that later, `homeless` is called, and what it returned when there is a place again. What must be told is never shortened.
* Returns how to take it away.
*/
const addWhy = (spot, decision, labels, choose, mayPad, homeless) => {
	const document = spot.ownerDocument;
	const window = document.defaultView;
	if (!window || spot.closest("a,button")) return homeless();
	const mayShrink = !decision.notice;
	const { host: inner, root } = createHost(document);
	let host = inner;
	if (/^[uo]l$/.test(spot.localName)) {
		host = document.createElement("li");
		host.append(inner);
	}
	const [button, panel] = whyControl(document, decision, labels, choose);
	button.setAttribute("aria-label", wordsOf(decision, labels));
	root.append(button, panel);
	const { style } = host;
	style.position = "absolute";
	style.left = style.top = "0";
	style.zIndex = "1";
	style.width = style.height = "auto";
	style.margin = style.padding = style.borderWidth = "0";
	const { position, paddingInlineEnd, inlineSize } = spot.style;
	if (window.getComputedStyle(spot).position === "static") spot.style.position = "relative";
	spot.append(host);
	const put = (compact, overText) => {
		button.classList.toggle(COMPACT, compact);
		const place = freePlace(spot, host, button.getBoundingClientRect(), overText);
		if (!place) return false;
		style.transform = `translate(${place.left}px,${place.top}px)`;
		return true;
	};
	const unpad = () => {
		spot.style.paddingInlineEnd = paddingInlineEnd;
		spot.style.inlineSize = inlineSize;
	};
	const pad = () => {
		if (!mayPad) return false;
		const before = spot.getBoundingClientRect();
		const computed = window.getComputedStyle(spot);
		spot.style.paddingInlineEnd = parseFloat(computed.paddingInlineEnd) + button.getBoundingClientRect().width + 2 * 4 + "px";
		const grown = spot.getBoundingClientRect().width - before.width;
		if (grown > 0) spot.style.inlineSize = parseFloat(computed.inlineSize) - grown + "px";
		const { width, height } = spot.getBoundingClientRect();
		return spot.scrollWidth <= spot.clientWidth && spot.scrollHeight <= spot.clientHeight + 1 && Math.abs(width - before.width) < 1 && height === before.height && put(mayShrink, true);
	};
	const find = () => {
		unpad();
		if (put(false, false) || mayShrink && put(true, false) || pad()) return true;
		unpad();
		return put(mayShrink, true);
	};
	let comeHome;
	const settle = () => {
		style.display = "block";
		const found = find();
		style.display = found ? "block" : "none";
		if (found) {
			comeHome?.();
			comeHome = void 0;
		} else comeHome ??= homeless();
	};
	settle();
	const again = () => void (host.isConnected && settle());
	for (const slide of spot.getAnimations?.({ subtree: true }) ?? []) slide.finished.then(again, again);
	const stops = [listen(window, "resize", settle), listen(spot, "load", settle, true)];
	return () => {
		stops.forEach((stop) => stop());
		comeHome?.();
		host.remove();
		spot.style.position = position;
		unpad();
	};
};

// src/placements/overlay.ts
/** A time of day, with the date if it is not today. */
const plainTime = (at, now, locale) => {
	const [date, today] = [new Date(at), new Date(now)];
	const time = {
		hour: "numeric",
		minute: "2-digit"
	};
	return date.toDateString() === today.toDateString() ? date.toLocaleTimeString(locale, time) : date.toLocaleString(locale, {
		...time,
		day: "numeric",
		month: "long"
	});
};
const codeRow = (document, code, labels) => {
	const row = make(document, "div", { class: "c" });
	const shown = make(document, "code", {}, code);
	const copy = make(document, "button", {
		type: "button",
		"aria-live": "polite"
	}, labels.copy);
	copy.addEventListener("click", () => {
		guarded(() => document.defaultView?.getSelection()?.selectAllChildren(shown));
		guarded(() => document.defaultView?.navigator.clipboard.writeText(code))?.then(() => void (copy.textContent = labels.copied), () => void 0);
	});
	row.append(shown, copy);
	return row;
};
/** Opens the overlay; `closed` is called once, however it ends. Returns the host and how to close it without a shopper's act. */
const openOverlay = (document, offer, labels, now, choose, closed) => {
	const { host, root } = createHost(document);
	host.className = "o";
	const title = offer.content.querySelector("h1,h2,h3,[data-field=title]")?.textContent?.trim();
	const dialog = make(document, "dialog", {
		role: "dialog",
		"aria-modal": "true",
		"aria-label": title || offer.decision.why,
		tabindex: "-1"
	});
	const x = make(document, "button", {
		class: "x",
		type: "button",
		"aria-label": labels.close
	}, "×");
	const foot = make(document, "div", { class: "f" });
	const [why, panel] = whyControl(document, {
		...offer.decision,
		notice: void 0
	}, labels, choose);
	const hasOwnCode = !!offer.content.querySelector("[data-field=code]");
	foot.append(why, panel);
	dialog.append(x, make(document, "slot", {}));
	if (offer.code && !hasOwnCode) dialog.append(codeRow(document, offer.code, labels));
	const hasOwnExpiry = !!offer.content.querySelector("[data-field=expires]");
	if (offer.expiresAt && !hasOwnExpiry) dialog.append(make(document, "p", { class: "e" }, `${labels.until} ${plainTime(offer.expiresAt, now, labels.locale)}`));
	if (offer.decision.notice) dialog.append(make(document, "p", { class: "e" }, offer.decision.notice.text));
	dialog.append(foot);
	root.append(dialog);
	host.append(offer.content);
	const before = document.activeElement;
	let open = true;
	const end = (dismissed) => {
		if (!open) return;
		open = false;
		guarded(() => dialog.close());
		host.remove();
		guarded(() => before?.focus({ preventScroll: true }));
		closed(dismissed);
	};
	x.addEventListener("click", () => end(true));
	dialog.addEventListener("cancel", (event) => {
		event.preventDefault();
		end(true);
	});
	dialog.addEventListener("click", (event) => {
		const box = dialog.getBoundingClientRect();
		const { clientX, clientY } = event;
		if (event.target === dialog && (clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom)) end(true);
	});
	dialog.addEventListener("keydown", (event) => {
		if (event.key === "Escape" && !event.defaultPrevented && why.getAttribute("aria-expanded") !== "true") {
			event.preventDefault();
			end(true);
		}
		if (event.key !== "Tab") return;
		const [first, last] = event.shiftKey ? [why, x] : [x, why];
		if (root.activeElement === last || event.shiftKey && root.activeElement === dialog) {
			event.preventDefault();
			first.focus();
		}
	});
	document.body.append(host);
	if (guarded(() => (dialog.showModal(), true)) !== true) dialog.setAttribute("open", "");
	guarded(() => dialog.focus({ preventScroll: true }));
	return {
		host,
		frame: dialog,
		close: () => end(false)
	};
};

// src/placements/shown.ts
const SEEN_MS = 1e3;
/** Calls `shown` at most once and `clicked` at most once. Returns how to stop. */
const watch = ({ window, setTimer, clearTimer }, element, shown, clicked) => {
	let timer = 0;
	const observer = guarded(() => new window.IntersectionObserver((entries) => {
		const entry = entries.at(-1);
		const { innerHeight } = window;
		const enough = !!entry && (entry.intersectionRatio >= .5 || entry.intersectionRect.height >= innerHeight / 2);
		clearTimer(timer);
		if (enough) timer = setTimer(seen, SEEN_MS);
	}, { threshold: [
		0,
		.25,
		.5,
		.75
	] }));
	const seen = () => {
		if (window.document.visibilityState !== "visible") {
			timer = setTimer(seen, SEEN_MS);
			return;
		}
		observer?.disconnect();
		guarded(shown);
	};
	const stopClicks = listen(element, "click", () => {
		stopClicks();
		clicked();
	});
	observer?.observe(element);
	return () => {
		clearTimer(timer);
		observer?.disconnect();
		stopClicks();
	};
};

// src/placements/desired.ts
const OVERLAY = "overlay";
const OFFER = "offer";
const SEEN_MAX = 200;
const ABOUT_MAX = 40;
const createDesired = (environment, key, labels, hooks) => {
	const { window } = environment;
	const { document } = window;
	const { shopper } = hooks;
	const notice = createNotice(environment);
	const foot = createFoot(document);
	const applied = /* @__PURE__ */ new Map();
	const postponed = /* @__PURE__ */ new Map();
	const broken = /* @__PURE__ */ new Set();
	const seen = /* @__PURE__ */ new Set();
	let above = /* @__PURE__ */ new Set();
	let announcedAt = 0;
	let rev = 0;
	let overlay;
	const tabs = openTabs(window, key, (decision, dismissed) => {
		isNew(decision + OFFER);
		if (dismissed && overlay?.decision.id === decision) overlay.close();
	}, hooks.withdrawn);
	const receipt = (decision, state, reason) => {
		if (decision) hooks.receipt(decision.id, state, reason);
	};
	const choose = (choice, decision) => {
		if (choice === "less") {
			for (const [name, one] of applied) if (one.decision?.id === decision) revert(name);
		}
		if (overlay?.decision.id === decision) overlay.close();
		hooks.chose(choice, decision);
		notice(labels().done);
	};
	/** Whether this one-time thing comes for the first time. */
	const isNew = (id) => {
		if (seen.has(id)) return false;
		seen.add(id);
		if (seen.size > SEEN_MAX) for (const first of seen) return seen.delete(first);
		return true;
	};
	const revert = (name) => {
		postponed.get(name)?.();
		const one = applied.get(name);
		applied.delete(name);
		if (!one) return;
		guarded(one.undo);
		hooks.decided(name);
	};
	/** The engine gives the spot up, so that what it had put there before goes too. */
	const fail = (name, decision, reason) => {
		revert(name);
		receipt(decision, "failed", reason);
	};
	const reset = () => {
		for (const name of [...applied.keys(), ...postponed.keys()]) revert(name);
		overlay?.close();
	};
	const isInUse = (element) => element.contains(document.activeElement) || shopper.hasPointed && guarded(() => element.matches(":hover")) === true;
	/** Where a placement has no room for the control, it stands at the foot of the page and names what it is about. */
	const standAtFoot = (element, decision) => {
		const words = labels();
		const [button, panel] = whyControl(document, decision, words, choose);
		const about = (element.textContent ?? "").replace(/\s+/g, " ").trim();
		if (about) button.textContent = `${words.why} ${about.length > ABOUT_MAX ? about.slice(0, ABOUT_MAX) + "…" : about}`;
		return foot.add(button, panel);
	};
	/** Puts what must be told beside the placement where the shop wants it; `undefined` where it does not say, or it does not fit. */
	const tell = (name, { notice: told }) => {
		const spot = told && noticeSpot(document, name);
		if (!spot) return;
		return changeInPlace(spot, () => {
			const { textContent } = spot;
			spot.textContent = told.text;
			return () => spot.textContent = textContent;
		});
	};
	const place = (name, patch, until) => {
		const { op, decision } = patch;
		const text = JSON.stringify(op);
		const present = applied.get(name);
		if (present?.element.isConnected && present.text === text && present.decision?.id === decision?.id) return;
		postponed.get(name)?.();
		const element = findSpot(document, name);
		if (!element) return fail(name, decision, "missing");
		if (broken.has(name)) return fail(name, decision, "error");
		if (environment.now() > until) return receipt(decision, "suppressed", "ttl");
		const spot = {
			live: isLive(element),
			above: above.has(name),
			onScreen: isOnScreen(element)
		};
		if (isLate(spot, shopper.hadInput, environment.now() - announcedAt)) return receipt(decision, "suppressed", "late");
		if (isInUse(element)) {
			const stop = listen(element, "pointerleave focusout", () => void environment.setTimer(() => guarded(() => place(name, patch, until)), 0));
			postponed.set(name, () => {
				stop();
				postponed.delete(name);
			});
			return;
		}
		const offer = "offer" in op ? op.offer : void 0;
		const expires = offer?.expiresAt && `${labels().until} ${plainTime(offer.expiresAt + hooks.skew(), environment.wall(), labels().locale)}`;
		const change = prepare(element, op, {
			...offer?.code && { code: offer.code },
			...expires && { expires }
		});
		if (!change) return fail(name, decision, "template");
		revert(name);
		const undo = changeInPlace(element, change);
		if (!undo) return fail(name, decision, "size");
		const untell = decision && tell(name, decision);
		let isUntold = false;
		const homeless = (one) => {
			if (!one.notice || untell) return standAtFoot(element, one);
			isUntold = true;
			if (applied.get(name)?.decision?.id === one.id) fail(name, one, "notice");
			return () => void 0;
		};
		const stopWatching = watch(environment, element, () => receipt(decision, "shown"), () => receipt(decision, "clicked"));
		const isOurs = "fill" in op || "offer" in op || "recommend" in op;
		const removeWhy = decision && guarded(() => "cta" in op ? homeless(decision) : addWhy(element, untell ? {
			...decision,
			notice: void 0
		} : decision, labels(), choose, isOurs, () => homeless(decision)));
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
			}
		});
		receipt(decision, "received");
		if (decision) hooks.decided(name, decision);
	};
	const openOffer = ({ op, decision }) => {
		if (!("offer" in op) || !decision) return;
		const { template, data, code, expiresAt } = op.offer;
		const { skew } = hooks;
		if (expiresAt && environment.wall() > expiresAt + skew()) return receipt(decision, "suppressed", "expired");
		if (overlay) return receipt(decision, "suppressed", "busy");
		const until = expiresAt && expiresAt + skew();
		const content = renderTemplate(document, template, {
			...data,
			...code && { code },
			...until && { expires: `${labels().until} ${plainTime(until, environment.wall(), labels().locale)}` }
		});
		if (!content) return receipt(decision, "failed", "template");
		let stopWatching = () => void 0;
		const opened = openOverlay(document, {
			content,
			code,
			expiresAt: until,
			decision
		}, labels(), environment.wall(), choose, (dismissed) => {
			stopWatching();
			overlay = void 0;
			if (!dismissed) return;
			receipt(decision, "dismissed");
			tabs.tell(decision.id, true);
		});
		overlay = {
			decision,
			close: opened.close
		};
		stopWatching = watch(environment, opened.frame, () => receipt(decision, "shown"), () => void 0);
		for (const child of opened.host.children) listen(child, "click", (event) => {
			if (event.target?.closest("a,button")) receipt(decision, "clicked");
		});
		receipt(decision, "received");
		hooks.decided(OVERLAY, decision);
		tabs.tell(decision.id, false);
	};
	const apply = (patch) => {
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
			} else place(name, patch, ttlMs ? environment.now() + ttlMs : 1e400);
		} catch {
			broken.add(name);
			fail(name, decision, "error");
		}
	};
	const patch = (push) => {
		if (push.from !== rev) return false;
		rev = push.rev;
		push.patches.forEach(apply);
		return true;
	};
	const replace = (state) => {
		const named = new Set(state.patches.map(({ op }) => spotOf(op)));
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
		why: (placement) => placement === OVERLAY ? overlay?.decision : applied.get(placement)?.decision
	};
};

// src/queue.ts
const EVENTS_MAX = 200;
const ABANDONED_MS = 1e4;
const AGE_MAX_MS = 864e5;
const ROUNDS = 4;
const ROUND_MS = 1e3;
const PREFIX = "queue.";
const LOCK = "floorwalker.";
const locksOf = ({ window }) => guarded(() => window.navigator.locks);
const held = /* @__PURE__ */ new Map();
const hold = (environment, name) => {
	if (held.has(name)) return;
	const gone = new Promise((release) => held.set(name, release));
	locksOf(environment)?.request(LOCK + name, () => gone).catch(() => void 0);
};
const release = (name) => {
	held.get(name)?.();
	held.delete(name);
};
/** Keeps what is not acknowledged; `left`: the page is going away. */
const saveQueue = (environment, shelf, stream, page, outbox, left) => {
	const name = PREFIX + stream;
	if (left) release(name);
	else hold(environment, name);
	const batch = outbox.peek(PARCEL_BYTES);
	const savedAt = environment.wall();
	const { url, kind } = page;
	const copy = batch && {
		first: batch.first,
		list: batch.list.slice(0, EVENTS_MAX),
		savedAt,
		startedAt: savedAt - environment.now(),
		page: {
			url,
			kind
		},
		left
	};
	if (copy) shelf.set(name, JSON.stringify(copy));
	else shelf.drop(name);
};
const read = (shelf, name) => {
	const copy = guarded(() => JSON.parse(shelf.get(name) ?? ""));
	return Array.isArray(copy?.list) ? copy : void 0;
};
/**
* Sends one copy until the engine has acknowledged all of it; where that takes too long, a later page load goes on. Returns in how many
* milliseconds it is worth another look; 0 is never.
*/
const deliver = async (environment, shelf, endpoint, found, hasLock, hello, repeat) => {
	let name = found;
	for (let round = 0; round < ROUNDS; round++) {
		if (round) await new Promise((done) => environment.setTimer(done, ROUND_MS));
		if (shelf.get(name) === void 0) return 0;
		const copy = read(shelf, name);
		const wall = environment.wall();
		const drop = () => (shelf.drop(name), 0);
		if (!copy || wall - copy.savedAt > AGE_MAX_MS) return drop();
		const young = copy.savedAt + ABANDONED_MS - wall;
		if (!hasLock && !copy.left && young > 0) return young;
		const { first, list, page, startedAt } = copy;
		const stream = name.slice(6);
		const now = wall - startedAt;
		const greeting = hello();
		const frames = [{ events: {
			first,
			sentAt: now,
			list: list.map((timed) => "consent" in timed.event ? {
				...timed,
				event: { consent: greeting.consent }
			} : timed)
		} }];
		const { status, body } = await post(environment, endpoint, {
			hello: {
				...greeting,
				stream,
				page,
				now,
				wall,
				visible: false
			},
			frames
		});
		if (hello().consent !== greeting.consent) repeat();
		if (status === 400 || status === 413) return drop();
		const opening = status === 200 ? body?.frames?.[0] : void 0;
		if (!opening || !("welcome" in opening)) return 0;
		const { ack } = opening.welcome;
		if (ack >= first + list.length - 1) return drop();
		if (ack < first - 1) {
			const next = ack ? name : PREFIX + [...stream].reverse().join("");
			if (next !== name) shelf.drop(name);
			shelf.set(next, JSON.stringify({
				...copy,
				first: ack + 1
			}));
			name = next;
		}
	}
	return 0;
};
const adopting = /* @__PURE__ */ new WeakSet();
/**
* Delivers abandoned copies under their own streams and numbers, so that nothing counts twice even if it arrives twice. One tab does it at
* a time: tabs of different visits would each be believed. `repeat` says again what the shopper agrees to.
*/
const adoptQueues = async (environment, shelf, endpoint, hello, repeat) => {
	if (adopting.has(environment)) return;
	adopting.add(environment);
	const locks = locksOf(environment);
	let again = 0;
	const adopt = async (hasLocks) => {
		for (const name of shelf.names(PREFIX)) {
			if (name === PREFIX + hello().stream) continue;
			const one = async (hasLock) => {
				const wait = await deliver(environment, shelf, endpoint, name, hasLock, hello, repeat);
				again = again && wait ? Math.min(again, wait) : again || wait;
			};
			if (hasLocks) await locks?.request(LOCK + name, { ifAvailable: true }, async (lock) => void (lock && await one(true)));
			else await one(false);
		}
	};
	try {
		await (locks ? locks.request(LOCK + "adopt", () => adopt(true)).catch(() => adopt(false)) : adopt(false));
	} finally {
		adopting.delete(environment);
	}
	if (again) environment.setTimer(() => void adoptQueues(environment, shelf, endpoint, hello, repeat), again);
};

export { adoptQueues, captureExit, createDesired, labelsFor, observeDataLayer, openStream, saveQueue, watchConsentMode, watchRoutes, watchSources };