// src/version.ts
const VERSION = "0.1.0";

// src/inert.ts
const createInert = () => {
	const nothing = () => void 0;
	return {
		track: nothing,
		cart: nothing,
		consent: nothing,
		identify: nothing,
		page: nothing,
		productView: nothing,
		listView: nothing,
		search: nothing,
		checkout: nothing,
		order: nothing,
		on: () => nothing,
		why: () => void 0,
		off: nothing,
		ready: new Promise(nothing),
		version: VERSION
	};
};

// src/testing.ts
/** A client that never connects and is ready at once. */
const createFakeClient = () => {
	const calls = [];
	const decisions = /* @__PURE__ */ new Map();
	const listeners = /* @__PURE__ */ new Map();
	const recorded = (name) => (...given) => void calls.push({
		name,
		given
	});
	return {
		...createInert(),
		track: recorded("track"),
		cart: recorded("cart"),
		consent: recorded("consent"),
		identify: recorded("identify"),
		page: recorded("page"),
		productView: recorded("productView"),
		listView: recorded("listView"),
		search: recorded("search"),
		checkout: recorded("checkout"),
		order: recorded("order"),
		off: recorded("off"),
		on(name, hear) {
			const set = listeners.get(name) ?? /* @__PURE__ */ new Set();
			listeners.set(name, set.add(hear));
			return () => void set.delete(hear);
		},
		why: (placement) => decisions.get(placement),
		ready: Promise.resolve(),
		calls,
		given: (name) => calls.filter((call) => call.name === name).map((call) => call.given),
		emit(name, detail) {
			for (const hear of listeners.get(name) ?? []) hear(detail);
		},
		decide: (placement, decision) => void (decision ? decisions.set(placement, decision) : decisions.delete(placement))
	};
};

export { createFakeClient };