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

export { describePage as a, spotName as c, guarded as d, listen as f, addressOf as i, spots as l, beacon as n, isLive as o, post as r, select as s, PARCEL_BYTES as t, browserEnvironment as u };