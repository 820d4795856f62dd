// src/live/backoff.ts
var BACKOFF = {
	first: 1e3,
	most: 15e3,
	spread: 2e3
};
/**
* Milliseconds to wait before attempt `attempt` (0, 1, 2 ...) after a fault.
*
* The pause is a random part of a bound that doubles ("full jitter"), so the attempts of many
* clients that lost the same node do not arrive together.
*/
function pauseBefore(attempt, random = Math.random) {
	const bound = Math.min(BACKOFF.most, BACKOFF.first * 2 ** Math.min(attempt, 20));
	return Math.round(random() * bound);
}
/** Milliseconds to wait before the return from a node that is about to stop. */
function spreadReturn(random = Math.random) {
	return Math.round(random() * BACKOFF.spread);
}
// src/live/protocol.ts
/** Closes after which the same connection would fail again: a fault of this client. */
var FATAL_CODES = /* @__PURE__ */ new Set([
	1009,
	4400,
	4401,
	4406,
	4409,
	4429
]);
/** Closes that want a new token: refused (4403), expired (4511) or signed out (4513) meanwhile. */
var TOKEN_CODES = /* @__PURE__ */ new Set([
	4403,
	4511,
	4513
]);
/** The node is about to stop and another one answers. */
var DRAINING = 4512;
/** How a client comes back after a close with this code. */
function returnAfter(code) {
	if (FATAL_CODES.has(code)) return "never";
	if (TOKEN_CODES.has(code)) return "with-new-token";
	return code === DRAINING ? "at-once" : "later";
}
/** The message in a text frame; null if it is none that the protocol knows. */
function readMessage(text) {
	if (typeof text !== "string") return null;
	try {
		const message = JSON.parse(text);
		return typeof (message === null || message === void 0 ? void 0 : message.type) === "string" ? message : null;
	} catch {
		return null;
	}
}
// \0@oxc-project+runtime@0.156.0/helpers/esm/checkPrivateRedeclaration.js
function _checkPrivateRedeclaration(e, t) {
	if (t.has(e)) throw new TypeError("Cannot initialize the same private elements twice on an object");
}
// \0@oxc-project+runtime@0.156.0/helpers/esm/classPrivateMethodInitSpec.js
function _classPrivateMethodInitSpec(e, a) {
	_checkPrivateRedeclaration(e, a), a.add(e);
}
// \0@oxc-project+runtime@0.156.0/helpers/esm/classPrivateFieldInitSpec.js
function _classPrivateFieldInitSpec(e, t, a) {
	_checkPrivateRedeclaration(e, t), t.set(e, a);
}
// \0@oxc-project+runtime@0.156.0/helpers/esm/assertClassBrand.js
function _assertClassBrand(e, t, n) {
	if ("function" == typeof e ? e === t : e.has(t)) return arguments.length < 3 ? t : n;
	throw new TypeError("Private element is not present on this object");
}
// \0@oxc-project+runtime@0.156.0/helpers/esm/classPrivateFieldSet2.js
function _classPrivateFieldSet2(s, a, r) {
	return s.set(_assertClassBrand(s, a), r), r;
}
// \0@oxc-project+runtime@0.156.0/helpers/esm/classPrivateFieldGet2.js
function _classPrivateFieldGet2(s, a) {
	return s.get(_assertClassBrand(s, a));
}
// src/live/subscription.ts
var _cursor = /* @__PURE__ */ new WeakMap();
var _seq = /* @__PURE__ */ new WeakMap();
var _missed = /* @__PURE__ */ new WeakMap();
var _request = /* @__PURE__ */ new WeakMap();
var _Subscription_brand = /* @__PURE__ */ new WeakSet();
var Subscription = class {
	constructor(request) {
		_classPrivateMethodInitSpec(this, _Subscription_brand);
		_classPrivateFieldInitSpec(this, _cursor, void 0);
		_classPrivateFieldInitSpec(this, _seq, -1);
		_classPrivateFieldInitSpec(this, _missed, null);
		_classPrivateFieldInitSpec(this, _request, void 0);
		_classPrivateFieldSet2(_request, this, request);
		_classPrivateFieldSet2(_cursor, this, request.after);
	}
	/** The payload of the `subscribe` message that begins or resumes it. */
	payload() {
		const { document, operationName, variables, cursorVariable } = _classPrivateFieldGet2(_request, this);
		return {
			..."query" in document ? { query: document.query } : { extensions: { persistedQuery: {
				version: 1,
				sha256Hash: document.sha256
			} } },
			...operationName === void 0 ? {} : { operationName },
			variables: cursorVariable === null ? variables : {
				...variables,
				[cursorVariable]: _classPrivateFieldGet2(_cursor, this)
			}
		};
	}
	/** The connection was lost: events from here to `caughtUp` were missed. */
	interrupted() {
		_classPrivateFieldGet2(_missed, this) ?? _classPrivateFieldSet2(_missed, this, 0);
	}
	/** The service has sent everything up to now. */
	caughtUp() {
		var _classPrivateFieldGet2$2, _classPrivateFieldGet3;
		if (_classPrivateFieldGet2(_missed, this) === null) return;
		const missed = _classPrivateFieldGet2(_missed, this);
		_classPrivateFieldSet2(_missed, this, null);
		(_classPrivateFieldGet2$2 = (_classPrivateFieldGet3 = _classPrivateFieldGet2(_request, this)).onCaughtUp) === null || _classPrivateFieldGet2$2 === void 0 || _classPrivateFieldGet2$2.call(_classPrivateFieldGet3, missed);
	}
	/** Take the payload of a `next` message. */
	next(payload) {
		var _result$data;
		const result = payload;
		const event = result === null || result === void 0 || (_result$data = result.data) === null || _result$data === void 0 ? void 0 : _result$data[_classPrivateFieldGet2(_request, this).field];
		if (event == null) {
			if ((result === null || result === void 0 ? void 0 : result.errors) !== void 0) this.refuse(result.errors);
			return;
		}
		const { seq, cursor } = event;
		if (seq === void 0 || cursor === void 0) {
			_classPrivateFieldGet2(_request, this).onEvent(event);
			return;
		}
		if (_assertClassBrand(_Subscription_brand, this, _isRepeat).call(this, event.__typename, seq)) return;
		const isState = _classPrivateFieldGet2(_request, this).stateTypes.has(event.__typename);
		_classPrivateFieldGet2(_request, this).onEvent(event);
		_classPrivateFieldSet2(_cursor, this, cursor);
		if (isState) return;
		_classPrivateFieldSet2(_seq, this, seq);
		if (_classPrivateFieldGet2(_missed, this) !== null) _classPrivateFieldSet2(_missed, this, _classPrivateFieldGet2(_missed, this) + 1);
	}
	refuse(errors) {
		var _errors$;
		_classPrivateFieldGet2(_request, this).onRefused(((_errors$ = errors[0]) === null || _errors$ === void 0 ? void 0 : _errors$.message) ?? "The service refused the subscription.");
	}
};
function _isRepeat(type, seq) {
	const { stateTypes, resetTypes } = _classPrivateFieldGet2(_request, this);
	if (resetTypes.has(type)) return false;
	return stateTypes.has(type) ? seq < _classPrivateFieldGet2(_seq, this) : seq <= _classPrivateFieldGet2(_seq, this);
}
// src/live/client.ts
/**
* A client of the live events: one socket, any number of subscriptions, no event lost or repeated.
*
* It has no dependencies. It keeps for each subscription the cursor of the last event that was
* processed, and resumes behind it on a new socket. It notices a dead socket by pings, renews
* tokens, spreads its return when a node drains, and looks at the socket when the page becomes
* visible again.
*/
var PING_EVERY_MS = 1e4;
var PONG_WITHIN_MS = 5e3;
/** When a page becomes visible, its socket has to answer sooner. */
var PONG_WHEN_VISIBLE_MS = 1e3;
var ACK_WITHIN_MS = 1e4;
/** Missed events have arrived when nothing came for so long. The first one comes at once. */
var QUIET_MS = 300;
var SUBPROTOCOL = "graphql-transport-ws";
var _options = /* @__PURE__ */ new WeakMap();
var _subscriptions = /* @__PURE__ */ new WeakMap();
var _socket = /* @__PURE__ */ new WeakMap();
var _state = /* @__PURE__ */ new WeakMap();
var _attempt = /* @__PURE__ */ new WeakMap();
var _renew = /* @__PURE__ */ new WeakMap();
var _nextId = /* @__PURE__ */ new WeakMap();
var _retry = /* @__PURE__ */ new WeakMap();
var _pings = /* @__PURE__ */ new WeakMap();
var _deadline = /* @__PURE__ */ new WeakMap();
var _quiet = /* @__PURE__ */ new WeakMap();
var _LiveClient_brand = /* @__PURE__ */ new WeakSet();
var LiveClient = class {
	constructor(options) {
		_classPrivateMethodInitSpec(this, _LiveClient_brand);
		_classPrivateFieldInitSpec(this, _options, void 0);
		_classPrivateFieldInitSpec(this, _subscriptions, /* @__PURE__ */ new Map());
		_classPrivateFieldInitSpec(this, _socket, null);
		_classPrivateFieldInitSpec(this, _state, "idle");
		_classPrivateFieldInitSpec(this, _attempt, 0);
		_classPrivateFieldInitSpec(this, _renew, false);
		_classPrivateFieldInitSpec(this, _nextId, 0);
		_classPrivateFieldInitSpec(this, _retry, void 0);
		_classPrivateFieldInitSpec(this, _pings, void 0);
		_classPrivateFieldInitSpec(this, _deadline, void 0);
		_classPrivateFieldInitSpec(this, _quiet, void 0);
		_classPrivateFieldSet2(_options, this, options);
	}
	get state() {
		return _classPrivateFieldGet2(_state, this);
	}
	/** Subscribe; the returned function ends the subscription. */
	subscribe(request) {
		const id = String(_classPrivateFieldSet2(_nextId, this, _classPrivateFieldGet2(_nextId, this) + 1));
		const subscription = new Subscription(request);
		_classPrivateFieldGet2(_subscriptions, this).set(id, subscription);
		if (_classPrivateFieldGet2(_state, this) === "open") _assertClassBrand(_LiveClient_brand, this, _begin).call(this, id);
		else if (_classPrivateFieldGet2(_state, this) === "idle" || _classPrivateFieldGet2(_state, this) === "failed") _assertClassBrand(_LiveClient_brand, this, _connect).call(this);
		return () => {
			_assertClassBrand(_LiveClient_brand, this, _end).call(this, id);
		};
	}
	/** Look at the socket now: the page became visible, or the device is online again. */
	check() {
		if (_classPrivateFieldGet2(_state, this) === "waiting") _assertClassBrand(_LiveClient_brand, this, _connect).call(this);
		else if (_classPrivateFieldGet2(_state, this) === "open") _assertClassBrand(_LiveClient_brand, this, _ping).call(this, PONG_WHEN_VISIBLE_MS);
	}
	/** End all subscriptions and the socket. */
	close() {
		_classPrivateFieldGet2(_subscriptions, this).clear();
		clearTimeout(_classPrivateFieldGet2(_retry, this));
		_assertClassBrand(_LiveClient_brand, this, _abandon).call(this, 1e3);
		_assertClassBrand(_LiveClient_brand, this, _become).call(this, "idle");
	}
};
function _connect() {
	clearTimeout(_classPrivateFieldGet2(_retry, this));
	_assertClassBrand(_LiveClient_brand, this, _become).call(this, "connecting");
	const renew = _classPrivateFieldGet2(_renew, this);
	_classPrivateFieldSet2(_renew, this, false);
	_classPrivateFieldGet2(_options, this).token(renew).then((token) => {
		if (_classPrivateFieldGet2(_state, this) === "connecting" && _classPrivateFieldGet2(_socket, this) === null) _assertClassBrand(_LiveClient_brand, this, _open).call(this, token);
	}, () => {
		if (_classPrivateFieldGet2(_state, this) !== "connecting") return;
		_classPrivateFieldSet2(_renew, this, renew);
		_assertClassBrand(_LiveClient_brand, this, _return).call(this, pauseBefore(_classPrivateFieldGet2(_attempt, this)));
	});
}
function _open(token) {
	const socket = new ((_classPrivateFieldGet2(_options, this)).WebSocket ?? globalThis.WebSocket)(_classPrivateFieldGet2(_options, this).url, SUBPROTOCOL);
	_classPrivateFieldSet2(_socket, this, socket);
	_assertClassBrand(_LiveClient_brand, this, _expect).call(this, ACK_WITHIN_MS);
	socket.onopen = () => {
		const payload = token === null ? {} : { authorization: `Bearer ${token}` };
		_assertClassBrand(_LiveClient_brand, this, _send).call(this, {
			type: "connection_init",
			payload
		});
	};
	socket.onmessage = (event) => {
		if (_classPrivateFieldGet2(_socket, this) !== socket) return;
		const message = readMessage(event.data);
		if (message !== null) _assertClassBrand(_LiveClient_brand, this, _receive).call(this, message);
	};
	socket.onclose = (event) => {
		if (_classPrivateFieldGet2(_socket, this) === socket) _assertClassBrand(_LiveClient_brand, this, _closed).call(this, event.code);
	};
}
function _receive(message) {
	switch (message.type) {
		case "connection_ack":
			clearTimeout(_classPrivateFieldGet2(_deadline, this));
			_classPrivateFieldSet2(_attempt, this, 0);
			_assertClassBrand(_LiveClient_brand, this, _become).call(this, "open");
			for (const id of _classPrivateFieldGet2(_subscriptions, this).keys()) _assertClassBrand(_LiveClient_brand, this, _begin).call(this, id);
			_classPrivateFieldSet2(_pings, this, setInterval(() => {
				_assertClassBrand(_LiveClient_brand, this, _ping).call(this, PONG_WITHIN_MS);
			}, PING_EVERY_MS));
			_assertClassBrand(_LiveClient_brand, this, _waitForQuiet).call(this);
			return;
		case "ping":
			_assertClassBrand(_LiveClient_brand, this, _send).call(this, { type: "pong" });
			return;
		case "pong":
			clearTimeout(_classPrivateFieldGet2(_deadline, this));
			return;
		case "next":
			var _classPrivateFieldGet2$1;
			if (_classPrivateFieldGet2(_quiet, this) !== void 0) _assertClassBrand(_LiveClient_brand, this, _waitForQuiet).call(this);
			(_classPrivateFieldGet2$1 = _classPrivateFieldGet2(_subscriptions, this).get(message.id)) === null || _classPrivateFieldGet2$1 === void 0 || _classPrivateFieldGet2$1.next(message.payload);
			return;
		case "error":
			var _classPrivateFieldGet3;
			(_classPrivateFieldGet3 = _classPrivateFieldGet2(_subscriptions, this).get(message.id)) === null || _classPrivateFieldGet3 === void 0 || _classPrivateFieldGet3.refuse(message.payload);
			_classPrivateFieldGet2(_subscriptions, this).delete(message.id);
			return;
		case "complete": _classPrivateFieldGet2(_subscriptions, this).delete(message.id);
	}
}
function _closed(code) {
	_assertClassBrand(_LiveClient_brand, this, _abandon).call(this);
	for (const each of _classPrivateFieldGet2(_subscriptions, this).values()) each.interrupted();
	if (_classPrivateFieldGet2(_subscriptions, this).size === 0) {
		_assertClassBrand(_LiveClient_brand, this, _become).call(this, "idle");
		return;
	}
	switch (returnAfter(code)) {
		case "never":
			_assertClassBrand(_LiveClient_brand, this, _fail).call(this, code);
			return;
		case "with-new-token":
			_classPrivateFieldSet2(_renew, this, true);
			_assertClassBrand(_LiveClient_brand, this, _return).call(this, _classPrivateFieldGet2(_attempt, this) === 0 ? 0 : pauseBefore(_classPrivateFieldGet2(_attempt, this)));
			return;
		case "at-once":
			_assertClassBrand(_LiveClient_brand, this, _return).call(this, spreadReturn());
			return;
		case "later": _assertClassBrand(_LiveClient_brand, this, _return).call(this, pauseBefore(_classPrivateFieldGet2(_attempt, this)));
	}
}
function _return(pause) {
	_classPrivateFieldSet2(_attempt, this, _classPrivateFieldGet2(_attempt, this) + 1);
	_assertClassBrand(_LiveClient_brand, this, _become).call(this, "waiting");
	_classPrivateFieldSet2(_retry, this, setTimeout(() => {
		_assertClassBrand(_LiveClient_brand, this, _connect).call(this);
	}, pause));
}
function _fail(code) {
	const ended = [..._classPrivateFieldGet2(_subscriptions, this).values()];
	_classPrivateFieldGet2(_subscriptions, this).clear();
	_assertClassBrand(_LiveClient_brand, this, _become).call(this, "failed");
	for (const each of ended) each.refuse([{ message: `The connection was closed with ${String(code)}.` }]);
}
function _begin(id) {
	var _classPrivateFieldGet4;
	const payload = (_classPrivateFieldGet4 = _classPrivateFieldGet2(_subscriptions, this).get(id)) === null || _classPrivateFieldGet4 === void 0 ? void 0 : _classPrivateFieldGet4.payload();
	if (payload !== void 0) _assertClassBrand(_LiveClient_brand, this, _send).call(this, {
		type: "subscribe",
		id,
		payload
	});
}
function _end(id) {
	if (!_classPrivateFieldGet2(_subscriptions, this).delete(id)) return;
	if (_classPrivateFieldGet2(_state, this) === "open") _assertClassBrand(_LiveClient_brand, this, _send).call(this, {
		type: "complete",
		id
	});
	if (_classPrivateFieldGet2(_subscriptions, this).size === 0) this.close();
}
function _ping(within) {
	_assertClassBrand(_LiveClient_brand, this, _send).call(this, { type: "ping" });
	_assertClassBrand(_LiveClient_brand, this, _expect).call(this, within);
}
/** Give the socket up if nothing answers in time; its own close event could take minutes. */
function _expect(within) {
	clearTimeout(_classPrivateFieldGet2(_deadline, this));
	_classPrivateFieldSet2(_deadline, this, setTimeout(() => {
		_assertClassBrand(_LiveClient_brand, this, _closed).call(this, 1006);
	}, within));
}
function _waitForQuiet() {
	clearTimeout(_classPrivateFieldGet2(_quiet, this));
	_classPrivateFieldSet2(_quiet, this, setTimeout(() => {
		_classPrivateFieldSet2(_quiet, this, void 0);
		for (const each of _classPrivateFieldGet2(_subscriptions, this).values()) each.caughtUp();
	}, QUIET_MS));
}
function _send(message) {
	var _classPrivateFieldGet5;
	if (((_classPrivateFieldGet5 = _classPrivateFieldGet2(_socket, this)) === null || _classPrivateFieldGet5 === void 0 ? void 0 : _classPrivateFieldGet5.readyState) === 1) _classPrivateFieldGet2(_socket, this).send(JSON.stringify(message));
}
function _abandon(code) {
	clearTimeout(_classPrivateFieldGet2(_deadline, this));
	clearTimeout(_classPrivateFieldGet2(_quiet, this));
	_classPrivateFieldSet2(_quiet, this, void 0);
	clearInterval(_classPrivateFieldGet2(_pings, this));
	const socket = _classPrivateFieldGet2(_socket, this);
	_classPrivateFieldSet2(_socket, this, null);
	socket === null || socket === void 0 || socket.close(code);
}
function _become(state) {
	var _classPrivateFieldGet6, _classPrivateFieldGet7;
	if (_classPrivateFieldGet2(_state, this) === state) return;
	_classPrivateFieldSet2(_state, this, state);
	(_classPrivateFieldGet6 = (_classPrivateFieldGet7 = _classPrivateFieldGet2(_options, this)).onState) === null || _classPrivateFieldGet6 === void 0 || _classPrivateFieldGet6.call(_classPrivateFieldGet7, state);
}
export { LiveClient };
