// src/environment.ts
const browserEnvironment = (window) => ({
	window,
	now: () => window.performance.now(),
	wall: () => Date.now(),
	random: () => Math.random(),
	setTimer: (run, ms) => window.setTimeout(run, ms),
	clearTimer: (id) => window.clearTimeout(id),
	openSocket: (url, protocols) => new window.WebSocket(url, protocols)
});
/** Runs what belongs to us inside somebody else's page: a failure must never reach the page. */
const guarded = (run) => {
	try {
		return run();
	} catch {
		return;
	}
};
/** Adds a passive listener whose failures stay here; returns how to remove it. */
const listen = (target, types, handle, capture = false) => {
	const run = (event) => void guarded(() => handle(event));
	const options = {
		passive: true,
		capture
	};
	for (const type of types.split(" ")) target.addEventListener(type, run, options);
	return () => {
		for (const type of types.split(" ")) target.removeEventListener(type, run, options);
	};
};

// src/capture/spots.ts
const SPOTS = "[data-floorwalker],[data-floorwalker-list],floorwalker-placement";
/** Elements with that attribute or selector, in document order. */
const select = (root, selector) => [...root.querySelectorAll(selector)];
const spots = (document) => select(document, SPOTS);
/** The name a shop gave to a spot. */
const spotName = (element) => element.dataset.floorwalkerList || element.dataset.floorwalker || element.getAttribute("name") || "";
const isLive = (element) => element.hasAttribute("data-floorwalker-live");
/** All spots on the page; of several with one name the first counts. */
const describeSpots = (document, foldPx) => {
	const described = /* @__PURE__ */ new Map();
	for (const element of spots(document)) {
		const name = spotName(element);
		if (!name || described.has(name)) continue;
		const { floorwalkerList, floorwalkerKind } = element.dataset;
		described.set(name, {
			name,
			kind: floorwalkerList ? "list" : floorwalkerKind === "cta" || floorwalkerKind === "nav" ? floorwalkerKind : "block",
			above: element.getBoundingClientRect().top < foldPx,
			live: isLive(element),
			items: floorwalkerList ? select(element, "[data-floorwalker-item]").map((item) => item.dataset.floorwalkerItem ?? "") : void 0
		});
	}
	return [...described.values()];
};
const describeTemplates = (document) => select(document, "[data-floorwalker-template]").map((element) => element.dataset.floorwalkerTemplate ?? "");

// src/capture/page.ts
const URL_MAX = 2e3;
/** The address as far as it is told. */
const addressOf = (location) => location.href.slice(0, URL_MAX);
/** The page as it stands; `given` wins over what the markup says. */
const describePage = (window, given = {}, language) => {
	const { document, location } = window;
	const fact = (name) => document.body?.dataset[name] || document.documentElement.dataset[name] || void 0;
	return {
		url: addressOf(location),
		referrer: document.referrer || void 0,
		kind: given.kind ?? fact("floorwalkerPage") ?? "other",
		product: given.product ?? fact("floorwalkerProduct"),
		category: given.category ?? fact("floorwalkerCategory"),
		placements: describeSpots(document, window.innerHeight),
		templates: describeTemplates(document),
		language: language || document.documentElement.lang || void 0
	};
};

// src/consent/lattice.ts
const PURPOSES = [
	"session",
	"personalize",
	"remember",
	"measure",
	"share"
];
const all = (answer) => Object.fromEntries(PURPOSES.map((purpose) => [purpose, answer]));
/** All purposes agreed to, for shops that asked before they rendered. */
const GRANTED = all(true);
const PENDING = all(null);
/** What all sources together allow: one no is a no, and what somebody has yet to answer, or nobody speaks of, stays unknown. */
const combine = (gpc, said) => {
	const consent = { gpc };
	for (const purpose of PURPOSES) {
		const answers = Object.values(said).map((answer) => answer[purpose]);
		if (answers.includes(false)) consent[purpose] = false;
		else if (answers.includes(true) && !answers.includes(null)) consent[purpose] = true;
	}
	if (gpc) consent.share = false;
	return consent;
};
/** The same for the engine, which joins the sources itself. To it, a source that has not answered says no. */
const state = (gpc, { shop, platform, mode }, tcf) => {
	const plain = (answer) => answer && Object.fromEntries(Object.entries(answer).map(([purpose, said]) => [purpose, said === true]));
	return {
		...plain(shop),
		gpc,
		platform: plain(platform),
		mode: plain(mode),
		tcf
	};
};
/** A source's earlier statement with a later one over it. */
const update = (before, change) => ({
	...before,
	...Object.fromEntries(Object.entries(change).filter(([, said]) => typeof said === "boolean"))
});
/** Whether `one` allows a purpose that `other` does not. */
const isOnlyIn = (one, other, purpose) => !!one[purpose] && !other[purpose];

// src/post.ts
/** All keepalive requests of a page share 64 KiB. */
const PARCEL_BYTES = 49152;
const TYPE = "text/plain";
/** Hands a parcel to the browser for delivery after the page is gone. `false`: not accepted. */
const beacon = ({ window }, endpoint, parcel) => guarded(() => window.navigator.sendBeacon(endpoint + "/v1/events", new window.Blob([JSON.stringify(parcel)], { type: TYPE }))) ?? false;
/** Delivers a parcel and gives the answer. Never throws. */
const post = async ({ window }, endpoint, parcel) => {
	try {
		const response = await window.fetch(endpoint + "/v1/events", {
			method: "POST",
			body: JSON.stringify(parcel),
			headers: { "content-type": TYPE },
			credentials: "omit"
		});
		const { status } = response;
		const retryMs = Number(response.headers.get("retry-after") ?? 0) * 1e3 || void 0;
		const text = await response.text();
		return {
			status,
			body: guarded(() => JSON.parse(text)),
			retryMs
		};
	} catch {
		return { status: 0 };
	}
};

export { guarded as _, PENDING as a, state as c, describePage as d, isLive as f, browserEnvironment as g, spots as h, GRANTED as i, update as l, spotName as m, beacon as n, combine as o, select as p, post as r, isOnlyIn as s, PARCEL_BYTES as t, addressOf as u, listen as v };