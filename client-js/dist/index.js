import { _ as guarded, a as PENDING, c as state, d as describePage, g as browserEnvironment, i as GRANTED, l as update, n as beacon, o as combine, s as isOnlyIn, t as PARCEL_BYTES, v as listen } from "./shared.js";

// src/capture/shopper.ts
const SCROLL_PX = 16;
const watchShopper = ({ window }) => {
	let scrollY = window.scrollY;
	const shopper = {
		hadInput: false,
		isTrusted: false,
		hasPointed: false,
		restart() {
			shopper.hadInput = shopper.hasPointed = false;
			scrollY = window.scrollY;
		}
	};
	listen(window, "pointerdown keydown touchstart wheel", (event) => {
		shopper.hadInput = true;
		shopper.isTrusted ||= event.isTrusted;
	}, true);
	listen(window, "pointermove", () => void (shopper.hasPointed = true), true);
	listen(window, "scroll", () => {
		if (Math.abs(window.scrollY - scrollY) > SCROLL_PX) shopper.hadInput = true;
	});
	return shopper;
};

// src/capture/attention.ts
const INPUTS = "pointermove pointerdown keydown scroll touchstart";
const captureAttention = (environment, heartbeatMs, idleMs, report) => {
	const { window } = environment;
	const { document } = window;
	let inputAt = environment.now();
	let isActive = false;
	let isIdle = false;
	let timer = 0;
	const look = (isHeartbeat = false) => {
		const now = environment.now();
		const idle = now - inputAt >= idleMs;
		const active = document.visibilityState === "visible" && document.hasFocus() && !idle;
		if (active !== isActive || active && isHeartbeat) report.active(active);
		if (idle && !isIdle) report.idle();
		if (active !== isActive || isHeartbeat) {
			environment.clearTimer(timer);
			if (active) timer = environment.setTimer(() => look(true), Math.max(250, Math.min(heartbeatMs, inputAt + idleMs - now)));
		}
		isActive = active;
		isIdle = idle;
	};
	const stops = [
		listen(window, INPUTS, () => {
			inputAt = environment.now();
			if (!isActive) look();
		}, true),
		listen(window, "focus blur", () => look()),
		listen(document, "visibilitychange", () => look())
	];
	look();
	return () => {
		environment.clearTimer(timer);
		for (const stop of stops) stop();
	};
};

// src/capture/click.ts
const captureClicks = ({ window }, clicked) => listen(window.document, "click", (event) => {
	const element = event.target?.closest("[data-floorwalker-click]");
	const name = element?.dataset.floorwalkerClick;
	if (!element || !name) return;
	const item = element.closest("[data-floorwalker-item]")?.dataset.floorwalkerItem;
	clicked({
		target: name,
		product: element.dataset.floorwalkerProduct || item
	});
}, true);

// src/capture/scroll.ts
const STEP = 10;
const LOOK_MS = 250;
const captureScroll = ({ window, setTimer }, reached) => {
	let deepest = 0;
	let waiting = false;
	const look = () => {
		waiting = false;
		const { scrollHeight } = window.document.documentElement;
		const depth = Math.min(100, Math.floor((window.scrollY + window.innerHeight) / Math.max(1, scrollHeight) * 100));
		const step = depth >= 99 ? 100 : depth - depth % STEP;
		if (step > deepest) reached(deepest = step);
	};
	return {
		restart: () => void (deepest = 0),
		stop: listen(window, "scroll", () => {
			if (!waiting) setTimer(look, LOOK_MS);
			waiting = true;
		})
	};
};

// src/capture/start.ts
/** Begins with `limit`, which is also the most that `configure` can turn on. */
const startCapture = (environment, limit, record) => {
	let present = "";
	let stops = [];
	let restart = () => void 0;
	let wantsExit = false;
	let watchExit;
	let leaving;
	const arm = () => {
		leaving?.stop();
		leaving = wantsExit ? watchExit?.(environment, (signal, speed) => record({ exit: {
			signal,
			speed
		} })) : void 0;
	};
	const configure = (wanted) => {
		const clicks = limit.clicks && wanted.clicks;
		const scroll = limit.scroll && wanted.scroll;
		const exit = limit.exit && wanted.exit;
		const attentionMs = limit.attentionMs && wanted.attentionMs;
		const next = JSON.stringify([
			clicks,
			scroll,
			exit,
			attentionMs,
			wanted.idleMs
		]);
		if (next === present) return;
		present = next;
		for (const stop of stops) stop();
		stops = [];
		restart = () => void 0;
		if (clicks) stops.push(captureClicks(environment, (click) => record({ click })));
		if (scroll) {
			const depth = captureScroll(environment, (reached) => record({ scroll: { depth: reached } }));
			restart = depth.restart;
			stops.push(depth.stop);
		}
		wantsExit = exit;
		arm();
		if (attentionMs) stops.push(captureAttention(environment, attentionMs, wanted.idleMs, {
			active: (active) => record({ attention: { active } }),
			idle: () => leaving?.idle()
		}));
	};
	configure(limit);
	return {
		configure,
		restart: () => restart(),
		furnish(watch) {
			watchExit = watch;
			arm();
		}
	};
};

// src/connection.ts
const CONNECT_MS = 1e4;
const SILENCE_MS = 4e4;
const PROBE_MS = 3e3;
const STEP_MS = 500;
const CAP_MS = 2e4;
const CRASH_SPREAD_MS = 2e3;
const GOOD_MS = 1e4;
const TIRED_AFTER = 10;
const TIRED_MS = 6e4;
const FALLBACK_AFTER = 3;
const LATE_MS = 6e4;
const createConnection = (visible, random) => {
	let phase = "waiting";
	let deadline = 0;
	let moveAt = 0;
	let attempt = 0;
	let failures = 0;
	let dialedAt = -500;
	let openedAt = 0;
	let heardAt = 0;
	let abandonedAt = -6e4;
	let away = true;
	let everOpen = false;
	let route = "socket";
	let resume;
	let out = [];
	const draw = (least, most) => least + random() * (most - least);
	const enter = (next, code = 0) => {
		if (phase !== next) out.push({
			do: "changed",
			phase: next,
			code
		});
		phase = next;
		if (next !== "open") moveAt = 0;
		if (next === "waiting" || next === "stopped") deadline = 0;
	};
	const dial = (now) => {
		if (away || !visible || phase === "stopped") return;
		if (now < dialedAt + STEP_MS) {
			enter("backoff");
			deadline = dialedAt + STEP_MS;
			return;
		}
		dialedAt = now;
		deadline = now + CONNECT_MS;
		out.push({
			do: "connect",
			route
		});
		enter("connecting");
	};
	const retryIn = (delay, now, code) => {
		enter(visible && !away ? "backoff" : "waiting", code);
		if (phase === "backoff") deadline = now + Math.max(0, delay);
	};
	const lost = (code, now) => {
		const wasOpen = phase === "open";
		if (wasOpen && now - openedAt >= GOOD_MS) attempt = failures = 0;
		failures++;
		if (!everOpen && (!code || failures >= FALLBACK_AFTER)) route = "stream";
		attempt++;
		const delay = moveAt ? moveAt - now : failures >= TIRED_AFTER ? draw(TIRED_MS / 2, TIRED_MS * 1.5) : wasOpen && attempt === 1 ? draw(0, CRASH_SPREAD_MS) : draw(STEP_MS, Math.min(CAP_MS, STEP_MS + STEP_MS * 2 ** (attempt - 1)));
		retryIn(delay, now, code);
	};
	const hangUp = (now) => {
		if (phase !== "open" && phase !== "connecting") return;
		out.push({ do: "close" });
		abandonedAt = now;
	};
	const listen = (now) => {
		heardAt = now;
		deadline = visible ? now + SILENCE_MS : 0;
	};
	const handle = (input, now) => {
		if (phase === "stopped") return;
		switch (input.do) {
			case "start":
				away = false;
				if (phase === "waiting") dial(now);
				break;
			case "opened":
				if (phase === "connecting") out.push({
					do: "hello",
					resume
				});
				break;
			case "welcomed":
				resume = input.resume;
				everOpen = true;
				openedAt = now;
				enter("open");
				listen(now);
				break;
			case "heard":
				if (phase === "open") listen(now);
				break;
			case "closed": {
				const { code } = input;
				if (phase === "waiting" || phase === "backoff") break;
				if (code >= 4e3 && code < 4100 || code === 4201 && now >= abandonedAt + LATE_MS) {
					enter("stopped", code);
					break;
				}
				if (code >= 4300 && code < 4400) resume = void 0;
				lost(code, now);
				break;
			}
			case "goaway":
				moveAt = now + draw(input.minMs, Math.max(input.minMs, input.maxMs));
				break;
			case "visible":
				visible = input.visible;
				if (phase === "open") {
					const silent = now - heardAt >= SILENCE_MS;
					deadline = !visible ? 0 : silent ? now + PROBE_MS : heardAt + SILENCE_MS;
				} else if (!visible && phase === "backoff") enter("waiting");
				else if (visible && phase === "waiting") dial(now);
				break;
			case "online":
				if (phase === "backoff") deadline = Math.max(dialedAt + STEP_MS, Math.min(deadline, now + random() * 1e3));
				break;
			case "leave":
				if (phase === "open") out.push({
					do: "bye",
					reason: "pagehide"
				});
				hangUp(now);
				away = true;
				enter("waiting");
				break;
			case "renew":
				resume = void 0;
				hangUp(now);
				dialedAt = now - STEP_MS;
				enter("waiting");
				dial(now);
				break;
			case "off":
				if (phase === "open") out.push({
					do: "bye",
					reason: "off"
				});
				hangUp(now);
				enter("stopped");
				break;
			case "tick": if (moveAt && now >= moveAt) {
				hangUp(now);
				enter("waiting");
				dial(now);
			} else if (deadline && now >= deadline) {
				if (phase === "backoff") dial(now);
				else {
					hangUp(now);
					lost(0, now);
				}
			}
		}
	};
	return {
		get phase() {
			return phase;
		},
		get deadline() {
			return moveAt && deadline ? Math.min(moveAt, deadline) : moveAt || deadline;
		},
		step(input, now) {
			out = [];
			handle(input, now);
			return out;
		}
	};
};

// src/normalize.ts
const whole = (value) => {
	const number = Math.round(Number(value));
	return Number.isSafeInteger(number) ? number : 0;
};
const count = (value) => Math.min(4294967295, Math.max(0, whole(value)));
const text = (value) => value === void 0 ? void 0 : String(value);
const lines = (given) => (given ?? []).map(({ product, sku, quantity, price }) => ({
	product: String(product),
	sku: text(sku),
	quantity: count(quantity),
	price: whole(price)
}));
const scalars = (given) => {
	if (!given) return;
	const data = {};
	for (const [name, value] of Object.entries(given)) if (typeof value === "boolean" || typeof value === "string" || typeof value === "number" && Number.isFinite(value)) data[name] = value;
	return data;
};

// src/outbox.ts
const WINDOW = 256;
const QUEUE_EVENTS = 500;
const QUEUE_BYTES = 131072;
const BATCH_EVENTS = 32;
const BATCH_BYTES = 12288;
const EVENT_BYTES = 14336;
const BATCH_MS = 50;
const BURST = 90;
const PER_MS = .018;
const VALUE = {
	scroll: 0,
	attention: 0,
	exit: 0,
	visibility: 0,
	click: 1,
	listView: 1,
	checkout: 3,
	order: 3,
	consent: 3,
	preference: 3
};
const URGENT = /^(exit|order|consent|preference|visibility|cart)$/;
const encoder$1 = new TextEncoder();
const createOutbox = () => {
	const queue = [];
	let acked = 0;
	let sent = 0;
	let numbered = 0;
	let bytes = 0;
	let deadline = 0;
	let tokens = BURST;
	let refilledAt = 0;
	let dropped = {};
	const count = (kind) => {
		dropped[kind] = (dropped[kind] ?? 0) + 1;
	};
	const dropOne = () => {
		let worst = -1;
		for (let i = numbered; i < queue.length; i++) {
			const value = VALUE[queue[i].kind] ?? 2;
			if (worst < 0 || value < (VALUE[queue[worst].kind] ?? 2)) worst = i;
		}
		if (worst < 0) return false;
		const [entry] = queue.splice(worst, 1);
		bytes -= entry.bytes;
		count(entry.kind);
		return true;
	};
	const schedule = (at) => {
		deadline = deadline ? Math.min(deadline, at) : at;
	};
	const fit = (start, count, limit) => {
		let n = 0;
		for (let size = 0; n < count && start + n < queue.length; n++) {
			size += queue[start + n].bytes;
			if (n && size > limit) break;
		}
		return n;
	};
	const slice = (start, n) => ({
		first: acked + 1 + start,
		list: queue.slice(start, start + n).map((entry) => entry.event)
	});
	const remove = (n) => {
		if (n <= 0) return;
		for (const entry of queue.splice(0, n)) bytes -= entry.bytes;
		acked += n;
		numbered -= n;
		sent = Math.max(0, sent - n);
	};
	const rewind = (now) => {
		sent = 0;
		deadline = 0;
		if (queue.length) schedule(now + BATCH_MS);
	};
	return {
		get size() {
			return queue.length;
		},
		get acked() {
			return acked;
		},
		get deadline() {
			return deadline;
		},
		add(event, at, now) {
			const kind = Object.keys(event)[0] ?? "";
			const timed = {
				at,
				event
			};
			const size = encoder$1.encode(JSON.stringify(timed)).length;
			if (size > EVENT_BYTES) return count(kind);
			queue.push({
				event: timed,
				kind,
				bytes: size
			});
			bytes += size;
			while ((queue.length > 500 || bytes > 131072) && dropOne());
			schedule(URGENT.test(kind) || queue.length - sent >= BATCH_EVENTS ? now : now + BATCH_MS);
		},
		take(now, force) {
			if (!force && (!deadline || now < deadline)) return;
			deadline = 0;
			tokens = Math.min(BURST, tokens + (now - refilledAt) * PER_MS);
			refilledAt = now;
			const room = Math.min(BATCH_EVENTS, 256 - sent, queue.length - sent);
			if (room <= 0) return;
			if (tokens < 1) {
				deadline = now + Math.ceil((1 - tokens) / PER_MS);
				return;
			}
			const n = fit(sent, Math.min(room, Math.floor(tokens)), BATCH_BYTES);
			const batch = slice(sent, n);
			sent += n;
			numbered = Math.max(numbered, sent);
			tokens -= n;
			if (sent < queue.length && sent < 256) deadline = now;
			return batch;
		},
		ack(seq) {
			remove(Math.min(seq - acked, numbered));
			if (sent < queue.length && !deadline) deadline = 1;
		},
		reset(mark, now) {
			remove(Math.min(mark - acked, numbered));
			acked = mark;
			rewind(now);
		},
		rewind,
		peek(limit) {
			if (!queue.length) return;
			return slice(0, fit(0, 256, limit));
		},
		holds: (kind) => queue.some((entry) => entry.kind === kind),
		drops() {
			if (!Object.keys(dropped).length) return;
			const counts = dropped;
			dropped = {};
			return counts;
		}
	};
};

// src/storage.ts
const PREFIX = "floorwalker.";
const createShelf = (window, consent) => {
	const local = guarded(() => window.localStorage);
	const session = guarded(() => window.sessionStorage);
	const keys = (store) => store && guarded(() => Object.keys(store).filter((key) => key.startsWith(PREFIX))) || [];
	const get = (store, name) => guarded(() => store?.getItem(PREFIX + name)) ?? void 0;
	return {
		get(name) {
			const { personalize, remember } = consent();
			return (personalize ? get(session, name) : void 0) ?? (remember ? get(local, name) : void 0);
		},
		set(name, value) {
			const { personalize, remember } = consent();
			const put = (store, allowed) => void guarded(() => allowed && value && store?.setItem(PREFIX + name, value));
			const isVisit = name === "visit";
			put(session, personalize && isVisit);
			put(local, remember && (personalize !== false || !isVisit));
		},
		drop: (name) => void guarded(() => local?.removeItem(PREFIX + name)),
		names: (prefix) => keys(local).map((key) => key.slice(12)).filter((name) => name.startsWith(prefix)),
		sweep() {
			const { personalize, remember } = consent();
			for (const store of [session, local]) for (const key of keys(store)) if (store === local && remember === false || personalize === false && key === PREFIX + "visit") guarded(() => store?.removeItem(key));
		}
	};
};

// src/codec.ts
const DEPTH_MAX = 16;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
/** Encodes a frame. Keys whose value is `undefined` are left out; a number that is not finite becomes nil. */
const encode = (frame) => {
	const out = [];
	const integer = (tag, value, size) => {
		out.push(tag);
		while (size--) out.push(Math.floor(value / 2 ** (8 * size)) & 255);
	};
	const header = (size, short, limit, wide) => {
		if (size < limit) out.push(short | size);
		else size < 65536 ? integer(wide, size, 2) : integer(wide + 1, size, 4);
	};
	const write = (value) => {
		if (typeof value === "number") {
			if (!Number.isSafeInteger(value)) {
				if (Number.isFinite(value)) out.push(203, ...new Uint8Array(new Float64Array([value]).buffer).reverse());
				else out.push(192);
			} else if (value < 0) value < -32 ? integer(211, value, 8) : out.push(value & 255);
			else value < 2 ** 32 ? header(value, 0, 128, 205) : integer(207, value, 8);
		} else if (typeof value === "string") {
			const text = encoder.encode(value);
			header(text.length, 160, 32, 218);
			for (const byte of text) out.push(byte);
		} else if (Array.isArray(value)) {
			header(value.length, 144, 16, 220);
			value.forEach(write);
		} else if (value && typeof value === "object") {
			const entries = Object.entries(value).filter((entry) => entry[1] !== void 0);
			header(entries.length, 128, 16, 222);
			entries.flat().forEach(write);
		} else out.push(value === true ? 195 : value === false ? 194 : 192);
	};
	write(frame);
	return new Uint8Array(out);
};
/** Decodes one frame. Maps become objects without a prototype. Throws on anything outside the subset and on bytes left over. */
const decode = (input) => {
	const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
	let at = 0;
	const check = (fine) => {
		if (!fine) throw new RangeError("frame");
	};
	const take = (size) => {
		check((at += size) <= input.length);
		return at - size;
	};
	const unsigned = (size) => {
		let value = 0;
		for (const byte of input.subarray(take(size), at)) value = value * 256 + byte;
		return value;
	};
	const text = (size) => decoder.decode(input.subarray(take(size), at));
	const list = (size, depth) => {
		const items = [];
		while (size--) items.push(read(depth));
		return items;
	};
	const map = (size, depth) => {
		const object = Object.create(null);
		while (size--) {
			const key = read(depth);
			check(typeof key === "string" && !/^(__proto__|constructor|prototype)$/.test(key));
			object[key] = read(depth);
		}
		return object;
	};
	const read = (depth) => {
		check(depth < DEPTH_MAX);
		const tag = unsigned(1);
		const size = 1 << (tag & 3);
		if (tag < 128) return tag;
		if (tag < 144) return map(tag & 15, depth + 1);
		if (tag < 160) return list(tag & 15, depth + 1);
		if (tag < 192) return text(tag & 31);
		if (tag > 223) return tag - 256;
		if (tag === 192) return void 0;
		if (tag === 194 || tag === 195) return tag === 195;
		if (tag === 202) return view.getFloat32(take(4));
		if (tag === 203) return view.getFloat64(take(8));
		if (tag >= 204 && tag < 208) return unsigned(size);
		if (tag >= 208 && tag < 212) {
			const value = unsigned(size);
			return size === 8 ? Number(BigInt.asIntN(64, view.getBigUint64(at - 8))) : value < 2 ** (8 * size - 1) ? value : value - 2 ** (8 * size);
		}
		if (tag >= 217 && tag < 220) return text(unsigned(1 << tag - 217));
		check(tag > 219);
		const length = unsigned(tag & 1 ? 4 : 2);
		return tag < 222 ? list(length, depth + 1) : map(length, depth + 1);
	};
	const value = read(0);
	check(at === input.length);
	return value;
};

// src/transport.ts
const JSON_PROTOCOL = "floorwalker.v1.json";
const openSocket = (environment, endpoint, events) => {
	const socket = environment.openSocket(endpoint.replace(/^http/, "ws") + "/v1/socket", ["floorwalker.v1.msgpack", JSON_PROTOCOL]);
	let done = false;
	socket.binaryType = "arraybuffer";
	socket.onopen = () => done || guarded(events.opened);
	socket.onmessage = ({ data }) => {
		if (done) return;
		guarded(() => events.frame(typeof data === "string" ? JSON.parse(data) : decode(new Uint8Array(data))));
	};
	socket.onclose = ({ code }) => {
		if (!done) guarded(() => events.closed(code));
		done = true;
	};
	return {
		send: (frame) => void guarded(() => socket.send(socket.protocol === JSON_PROTOCOL ? JSON.stringify(frame) : encode(frame))),
		close() {
			done = true;
			guarded(() => socket.close(1e3));
		}
	};
};

// src/version.ts
const VERSION = "0.1.0";

// src/client.ts
const CAPTURE = {
	clicks: true,
	scroll: true,
	exit: true,
	attentionMs: 5e3,
	idleMs: 3e4
};
const APPLIED_MS = 50;
const SAVE_MS = 1e3;
const BACKLOG_MAX = 32;
const randomId = (window) => Array.from(window.crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
/** `load` brings what is not needed before the engine's first answer; where it fails, the shop's page stands and is only observed. */
const startClient = (options, environment, load) => {
	const { window } = environment;
	const { document, navigator, location } = window;
	const { key, endpoint } = options;
	const now = () => Math.round(environment.now());
	const gpc = !!navigator.globalPrivacyControl;
	const said = { shop: options.consent === "granted" ? GRANTED : options.consent ?? {} };
	let tcf;
	if ("__tcfapi" in window) {
		said.tcf = PENDING;
		tcf = {};
	}
	let consent = combine(gpc, said);
	const shelf = createShelf(window, () => consent);
	shelf.sweep();
	const stream = randomId(window);
	const outbox = createOutbox();
	const isVisible = () => document.visibilityState === "visible";
	const connection = createConnection(isVisible(), environment.random);
	const listeners = /* @__PURE__ */ new Map();
	let visit = shelf.get("visit");
	let visitor = shelf.get("visitor");
	let customer;
	let token;
	let facts = options.page;
	let page = {
		url: "",
		kind: "other"
	};
	let viewed;
	let more;
	let desired;
	const backlog = [];
	let transport;
	let greeted = false;
	let mark = 0;
	let skew = 0;
	let receipts = [];
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
	const early = [];
	let becomeReady = () => void 0;
	const ready = new Promise((resolve) => becomeReady = resolve);
	const tell = (name, detail) => {
		for (const hear of listeners.get(name) ?? []) guarded(() => hear(detail));
	};
	const shopper = watchShopper(environment);
	const furnish = (loaded) => {
		more = loaded;
		const made = desired = loaded.createDesired(environment, key, () => loaded.labelsFor(window, options.language, options.labels), {
			receipt(decision, state, reason) {
				receipts = [...receipts.slice(-31), {
					decision,
					state,
					reason
				}];
				answer();
			},
			chose(choice, decision) {
				if (choice === "off") desired?.reset();
				record({ preference: {
					choice,
					decision
				} });
			},
			emit: tell,
			withdrawn: (change) => agree("shop", change),
			decided: (placement, decision) => tell("decision", {
				placement,
				decision
			}),
			skew: () => skew,
			shopper
		});
		backlog.splice(0).forEach((run) => run(made));
		capture.furnish(loaded.captureExit);
		loaded.watchSources(environment, agree);
		if (options.capture !== false) {
			loaded.watchRoutes(environment, () => page.url, api.page);
			loaded.observeDataLayer(window, {
				event: (event) => "productView" in event ? viewProduct(event.productView.product) : record(event),
				consent: loaded.watchConsentMode(environment, (answer) => agree("mode", answer))
			});
		}
		if (token) adopt();
	};
	const fetchMore = () => {
		load().then((loaded) => void (more ?? guarded(() => furnish(loaded))), () => void 0);
	};
	const whenFurnished = (run) => {
		if (desired) return run(desired);
		backlog.push(run);
		if (backlog.length > BACKLOG_MAX) backlog.splice(1, 1);
	};
	const isBetween = () => hasMoved && outbox.holds("pageView") || hasWithdrawn && outbox.holds("consent");
	const show = (frame) => {
		if (isBetween()) isBehind = true;
		else whenFurnished((made) => {
			isBehind = !made.hear(frame) || isBehind;
			answer();
		});
	};
	const rev = () => desired?.rev ?? 0;
	const adopt = () => {
		if (consent.remember) more?.adoptQueues(environment, shelf, endpoint, hello, () => record({ consent: stated() }));
	};
	const schedule = () => {
		environment.clearTimer(timer);
		const dues = [connection.deadline, ...greeted ? [outbox.deadline, appliedAt] : []].filter(Boolean);
		if (dues.length) timer = environment.setTimer(() => guarded(tick), Math.max(0, Math.min(...dues) - environment.now()));
	};
	const tick = () => {
		step({ do: "tick" });
		flush();
	};
	const answer = () => {
		appliedAt ||= now() + APPLIED_MS;
		schedule();
	};
	const takeApplied = () => {
		const asks = isBehind && !isBetween();
		const lists = asks && receipts.length ? [receipts, []] : [receipts];
		receipts = [];
		appliedAt = 0;
		if (asks) isBehind = false;
		return lists.map((list) => ({ applied: {
			rev: rev(),
			receipts: list
		} }));
	};
	const flush = (force = false) => {
		if (transport && greeted) {
			for (let batch; batch = outbox.take(environment.now(), force);) transport.send({ events: {
				...batch,
				sentAt: now(),
				rev: rev()
			} });
			if (appliedAt && (force || environment.now() >= appliedAt)) takeApplied().forEach(transport.send);
		}
		schedule();
	};
	const record = (event) => {
		if (isOff) return;
		if (!started) return void early.push(event);
		outbox.add(event, now(), environment.now());
		if (consent.remember) saveTimer ||= environment.setTimer(save, SAVE_MS);
		if (outbox.deadline <= environment.now()) flush();
		else schedule();
	};
	const forget = () => shelf.drop("queue." + stream);
	const save = () => {
		saveTimer = 0;
		guarded(() => more?.saveQueue(environment, shelf, stream, page, outbox, left));
	};
	const hello = (resume) => ({
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
		automation: {
			webdriver: !!navigator.webdriver,
			languages: navigator.languages?.length
		},
		visitor,
		session: visit,
		customer,
		resume: resume && {
			...resume,
			rev: rev()
		},
		preview: new URLSearchParams(location.search).get("floorwalker_preview") ?? void 0,
		queued: outbox.size
	});
	const hear = (frame) => {
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
			step({
				do: "welcomed",
				resume: {
					token: welcome.resume,
					epoch: welcome.epoch
				}
			});
			if (isBack && !welcome.resumed) view(environment.now());
			else if (welcome.state) show({ state: welcome.state });
			isBack = false;
			capture.configure(welcome.capture);
			becomeReady();
			if (more) adopt();
			else fetchMore();
		} else if ("ack" in frame) {
			mark = frame.ack.seq;
			outbox.ack(mark);
			if (!outbox.size) forget();
			if (isBehind) answer();
			for (const refused of frame.ack.rejected ?? []) tell("error", refused);
		} else if ("push" in frame || "state" in frame) show(frame);
		else if ("ping" in frame) transport?.send({ pong: {
			n: frame.ping.n,
			now: now()
		} });
		else if ("goaway" in frame) step({
			...frame.goaway,
			do: "goaway"
		});
		else if ("error" in frame) {
			if (frame.error.code === "gap") outbox.reset(mark, environment.now());
			tell("error", frame.error);
		}
		flush();
	};
	const run = (effect) => {
		switch (effect.do) {
			case "connect": {
				greeted = false;
				const open = effect.route === "socket" ? openSocket : more?.openStream;
				const events = {
					opened: () => step({ do: "opened" }),
					frame: hear,
					closed(code) {
						transport = void 0;
						greeted = false;
						step({
							do: "closed",
							code
						});
					}
				};
				transport = guarded(() => open?.(environment, endpoint, events));
				if (!transport) environment.setTimer(() => transport ?? step({
					do: "closed",
					code: 1006
				}), 0);
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
				transport = void 0;
				greeted = false;
				break;
			case "changed": tell("connection", effect);
		}
	};
	const step = (input) => {
		for (const effect of connection.step(input, environment.now())) guarded(() => run(effect));
		schedule();
	};
	const countDrops = () => {
		const data = outbox.drops();
		if (data) record({ custom: {
			name: "floorwalker.dropped",
			data
		} });
	};
	const viewProduct = (product) => {
		if (product === viewed) return;
		viewed = product;
		record({ productView: { product } });
	};
	const view = (since) => {
		desired?.reset();
		hasMoved = !!page.url;
		const { placements = [] } = page = describePage(window, facts, options.language);
		viewed = void 0;
		shopper.restart();
		whenFurnished((made) => made.announce(placements, since));
		capture.restart();
		record({ pageView: page });
		if (page.kind === "product" && page.product) viewProduct(page.product);
	};
	const stated = () => state(gpc, said, tcf);
	const agree = (source, answer, string = tcf) => {
		if (isOff) return;
		const before = consent;
		const spoken = JSON.stringify([before, stated()]);
		said[source] = source === "shop" ? update(said.shop, answer) : answer;
		tcf = string;
		consent = combine(gpc, said);
		if (spoken === JSON.stringify([consent, stated()])) return;
		shelf.sweep();
		if (isOnlyIn(before, consent, "remember")) {
			visitor = void 0;
			whenFurnished((made) => made.withdraw(consent));
		}
		if (isOnlyIn(before, consent, "personalize")) {
			visit = void 0;
			hasWithdrawn = isBehind = true;
			whenFurnished((made) => {
				made.forget();
				made.withdraw(consent);
			});
		}
		const begun = visit;
		const mayRemember = isOnlyIn(consent, before, "remember");
		if (mayRemember || isOnlyIn(consent, before, "personalize")) visit = shelf.get("visit") ?? visit;
		visitor ??= shelf.get("visitor");
		shelf.set("visit", visit);
		if (!started) return;
		record({ consent: stated() });
		if (mayRemember || visit !== begun) step({ do: "renew" });
	};
	const capture = startCapture(environment, options.capture === false ? {
		...CAPTURE,
		clicks: false,
		scroll: false,
		exit: false,
		attentionMs: 0
	} : CAPTURE, (event) => record("attention" in event ? { attention: {
		...event.attention,
		trusted: shopper.isTrusted
	} } : event));
	const sendRest = (isOpen) => {
		const batch = outbox.peek(PARCEL_BYTES);
		if (!batch && !appliedAt) return;
		const frames = [...batch ? [{ events: {
			...batch,
			sentAt: now(),
			rev: rev()
		} }] : [], ...appliedAt ? takeApplied() : []];
		if (beacon(environment, endpoint, token ? {
			resume: token,
			frames
		} : {
			hello: hello(),
			frames
		}) && isOpen) forget();
		else if (consent.remember) save();
	};
	const leave = () => {
		if (left) return;
		left = true;
		const isOpen = connection.phase === "open";
		step({ do: "leave" });
		sendRest(isOpen);
	};
	const wake = () => {
		left = false;
		step({
			do: "visible",
			visible: isVisible()
		});
		step({ do: "start" });
	};
	const restore = () => {
		isBack = true;
		wake();
	};
	const start = () => {
		started = true;
		const { activationStart = 0 } = window.performance.getEntriesByType?.("navigation")[0] ?? {};
		view(activationStart);
		early.splice(0).forEach(record);
		listen(document, "visibilitychange", () => {
			step({
				do: "visible",
				visible: isVisible()
			});
			record({ visibility: { visible: isVisible() } });
			if (isVisible() || left) return;
			flush(true);
			if (connection.phase !== "open") sendRest(false);
		});
		listen(window, "pagehide", leave);
		listen(document, "freeze", leave);
		listen(window, "pageshow", (event) => {
			if (event.persisted) restore();
		});
		listen(document, "resume", restore);
		listen(window, "online", () => step({ do: "online" }));
		wake();
		fetchMore();
	};
	const begin = () => {
		if (document.prerendering) document.addEventListener("prerenderingchange", () => guarded(begin), { once: true });
		else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => guarded(begin), { once: true });
		else start();
	};
	const safely = (call) => (...given) => void guarded(() => call(...given));
	const api = {
		track: safely((name, data) => record({ custom: {
			name: String(name),
			data: scalars(data)
		} })),
		cart: safely((cart) => record({ cart: {
			currency: String(cart.currency),
			lines: lines(cart.lines),
			token: text(cart.token)
		} })),
		consent: safely((change) => agree("shop", change === "granted" ? GRANTED : change)),
		identify: safely((given) => {
			customer = given;
			step({ do: "renew" });
		}),
		page: safely((given) => {
			facts = given;
			if (started) view(environment.now());
		}),
		productView: safely((product) => viewProduct(String(product))),
		listView: safely((list, items) => record({ listView: {
			list: String(list),
			items: items.map(String)
		} })),
		search: safely((query, results) => record({ search: {
			query: String(query),
			results: count(results)
		} })),
		checkout: safely((name) => record({ checkout: { step: String(name) } })),
		order: safely(({ id, value, currency, coupon, lines: given }) => record({ order: {
			id: String(id),
			value: whole(value),
			currency: String(currency),
			lines: lines(given),
			coupon
		} })),
		on(name, hear) {
			const set = listeners.get(name) ?? /* @__PURE__ */ new Set();
			listeners.set(name, set.add(hear));
			return () => void set.delete(hear);
		},
		why: (placement) => guarded(() => desired?.why(placement)),
		off: safely(() => {
			desired?.reset();
			record({ preference: { choice: "off" } });
			step({ do: "off" });
			isOff = true;
			consent = {
				gpc,
				personalize: false,
				remember: false
			};
			shelf.sweep();
		}),
		ready,
		version: VERSION
	};
	queueMicrotask(() => guarded(begin));
	return api;
};

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

// src/index.ts
/** Connects this page to the engine. On a server, where there is no page, every call does nothing. */
const createClient = (options) => typeof document === "undefined" ? createInert() : startClient(options, browserEnvironment(window), () => import("./more.js"));

export { VERSION, createClient };