// SPDX-License-Identifier: MIT
//
// Names of files are anybody's, so nothing here makes markup of text: textContent only, and
// addresses whose every part is percent-encoded. All addresses are relative, because nobody knows
// under which prefix a server shows the mount.
"use strict";

const FIGURES_MSEC = 2000;
const PICTURES_MSEC = 10000;
const PATIENCE_MSEC = 8000;
const SHOWN = 12;
const THUMBNAIL = "@webp-w176-h176-cover.webp";

// What no view of the picture would get past; its thumbnail is not asked for.
const HOPELESS = ["EIO", "EFBIG"];

const byId = (id) => document.getElementById(id);

function make(tag, className, text) {
	const element = document.createElement(tag);
	if (className) element.className = className;
	if (text !== undefined) element.textContent = text;
	return element;
}

// --- Words ---------------------------------------------------------------------------------

function bytes(n) {
	const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
	let unit = 0;
	let value = Math.abs(n);
	while (value >= 1024 && unit < units.length - 1) {
		value /= 1024;
		unit++;
	}
	const digits = unit === 0 || value >= 100 ? 0 : 1;
	return (n < 0 ? "−" : "") + value.toFixed(digits) + " " + units[unit];
}

function count(n) {
	return n.toLocaleString("en", { maximumFractionDigits: 0 });
}

function counted(n, one, many) {
	return count(n) + " " + (n === 1 ? one : many);
}

function duration(msec) {
	if (msec < 1000) return Math.round(msec) + " ms";
	if (msec < 60000) return (msec / 1000).toFixed(1) + " s";
	return Math.round(msec / 60000) + " min";
}

function age(seconds) {
	if (seconds < 120) return seconds + " s";
	if (seconds < 7200) return Math.floor(seconds / 60) + " min";
	if (seconds < 172800) return Math.floor(seconds / 3600) + " h";
	return Math.floor(seconds / 86400) + " days";
}

function percent(part, whole) {
	if (!(whole > 0)) return "–";
	const value = (100 * part) / whole;
	return value.toFixed(Math.abs(value) < 10 || (value > 99 && value < 100) ? 1 : 0) + " %";
}

// --- Asking --------------------------------------------------------------------------------

// The text; an Error that says status when the server answers otherwise.
async function ask(name) {
	const stopper = new AbortController();
	const timer = setTimeout(() => stopper.abort(), PATIENCE_MSEC);
	try {
		const answer = await fetch(name, { cache: "no-store", signal: stopper.signal });
		if (!answer.ok) {
			const error = new Error("the server says " + answer.status);
			error.status = answer.status;
			throw error;
		}
		return await answer.text();
	} finally {
		clearTimeout(timer);
	}
}

// --- Tiles ---------------------------------------------------------------------------------

function Tile(title) {
	this.root = make("div", "tile");
	this.value = make("p", "value", "–");
	this.bar = make("div", "bar");
	this.filled = make("div");
	this.more = make("p", "more");
	this.bar.append(this.filled);
	this.bar.hidden = true;
	this.root.append(make("h2", "", title), this.value, this.bar, this.more);
	byId("tiles").append(this.root);
}

Tile.prototype.show = function (value, more, mood) {
	this.value.textContent = value;
	this.value.className = "value" + (mood ? " " + mood : "");
	this.more.textContent = more;
};

Tile.prototype.fill = function (part, whole) {
	this.bar.hidden = !(whole > 0);
	const share = whole > 0 ? Math.min(1, part / whole) : 0;
	this.filled.style.width = (100 * share).toFixed(1) + "%";
	this.filled.className = share > 0.95 ? "warn" : "";
};

const tiles = {
	saved: new Tile("Bytes saved"),
	hits: new Tile("Hit rate"),
	queue: new Tile("Queue"),
	encoders: new Tile("Encoders"),
	encodes: new Tile("Encodes"),
	pressure: new Tile("Memory pressure"),
	cache: new Tile("Cache"),
	ahead: new Tile("Encoded ahead"),
};

function rate(now, before, name) {
	if (!before || now.pid !== before.stats.pid) return null;
	return (now[name] - before.stats[name]) / ((performance.now() - before.at) / 1000);
}

function showSaved(s) {
	const saved = s.source_bytes - s.variant_bytes;
	if (s.encodes === 0) tiles.saved.show("–", "nothing was encoded yet");
	else
		tiles.saved.show(bytes(saved),
			percent(saved, s.source_bytes) + " of " + bytes(s.source_bytes) + " that were encoded",
			saved > 0 ? "good" : "");
}

function showHits(s, before) {
	const all = s.hits + s.misses + s.coalesced;
	const now = rate(s, before, "hits");
	tiles.hits.show(percent(s.hits, all),
		all === 0 ? "nobody asked for a variant yet"
			: count(s.hits) + " of " + count(all) + " asked for" +
				(now === null ? "" : ", " + now.toFixed(1) + " a second") +
				"; what the kernel had itself is not seen");
}

function showQueue(s) {
	const waiting = s.queue + s.running;
	tiles.queue.show(count(s.queue),
		count(s.running) + " running" +
			(s.waiting_for_memory > 0 ? ", " + count(s.waiting_for_memory) + " waiting for memory" : "") +
			(waiting === 0 ? ": idle" : ""),
		s.waiting_for_memory > 0 ? "warn" : "");
}

function showEncoders(s) {
	tiles.encoders.show(count(s.encoders),
		bytes(s.encoders_rss_bytes) + " in memory; " +
			counted(s.encoder_crashes + s.encoder_deadlines, "crashed or too slow", "crashed or too slow"),
		s.encoder_crashes + s.encoder_deadlines > 0 ? "warn" : "");
}

function showEncodes(s, before) {
	const now = rate(s, before, "encodes");
	tiles.encodes.show(count(s.encodes),
		(now === null ? "" : now.toFixed(1) + " a second; ") + count(s.encode_failures) + " failed" +
			(s.encodes > 0 ? "; " + duration(s.encode_ms / s.encodes) + " each" : ""),
		s.encode_failures > 0 ? "warn" : "");
}

function showPressure(s) {
	const moods = { normal: "good", elevated: "warn", high: "bad", critical: "bad" };
	const used = Math.max(s.pressure_machine || 0, s.pressure_group || 0);
	if (s.level === null) tiles.pressure.show("off", "nobody watches the memory");
	else
		tiles.pressure.show(s.level,
			used.toFixed(0) + " % in use" +
				(s.level_simulated_seconds > 0 ? "; a rehearsal, for " + age(s.level_simulated_seconds) : ""),
			moods[s.level]);
	tiles.pressure.fill(used, s.level === null ? 0 : 100);
}

function showCache(s) {
	const used = s.cache_bytes + s.cache_reserved + s.cache_lingering;
	tiles.cache.show(bytes(used),
		percent(used, s.cache_limit) + " of " + bytes(s.cache_limit) + "; " +
			counted(s.entries, "variant", "variants") + ", " + count(s.evictions) + " evicted; " +
			bytes(s.disk_free) + " free on its disk");
	tiles.cache.fill(used, s.cache_limit);
}

function showAhead(s) {
	tiles.ahead.show(count(s.prefetched),
		s.prefetched === 0 ? "nobody read a folder in order yet"
			: count(s.prefetch_useful) + " were asked for, " + count(s.prefetch_wasted) + " were not");
}

// What an operator should know of without looking for it.
function showNotes(s) {
	const notes = [];
	if (s.cache_state !== "ok")
		notes.push(["bad", "The cache folder takes no variants: " + s.cache_trouble]);
	if (s.catalog !== "sound") notes.push(["bad", "The catalog of the cache cannot be read."]);
	if (s.config_refusal)
		notes.push(["bad", "The configuration was changed, and is not in force: " + s.config_refusal]);
	if (s.sandbox === "off" || s.sandbox === "none")
		notes.push(["", "Encoders are not confined (sandbox: " + s.sandbox + ")."]);
	if (s.watch !== "inotify")
		notes.push(["", "Changes of the folder are noticed by timeouts, not told."]);
	byId("notes").replaceChildren(...notes.map(([mood, text]) => make("li", mood, text)));
}

let before = null;

function showFigures(s) {
	byId("about").textContent = "version " + s.version + ", mounted " + age(s.uptime_seconds) + " ago";
	showSaved(s);
	showHits(s, before);
	showQueue(s);
	showEncoders(s);
	showEncodes(s, before);
	showPressure(s);
	showCache(s);
	showAhead(s);
	showNotes(s);
	before = { stats: s, at: performance.now() };
}

// --- Pictures ------------------------------------------------------------------------------

const addressOf = (path) => "../" + path.split("/").map(encodeURIComponent).join("/");

function thumbnail(path, hopeless) {
	const place = make("div", "thumb", hopeless ? "no picture" : "");
	if (hopeless) return place;
	const image = make("img");
	image.alt = "";
	image.loading = "lazy";
	image.decoding = "async";
	image.addEventListener("error", () => { place.textContent = "no picture"; });
	image.src = addressOf(path) + encodeURIComponent(THUMBNAIL);
	place.append(image);
	return place;
}

function picture(path, hopeless, lines) {
	const item = make("li");
	const words = make("div", "words");
	const name = make("p", "name");
	const link = make("a", "", path);
	link.href = addressOf(path);
	name.append(link);
	words.append(name, ...lines.map(([className, text]) => make("p", className, text)));
	item.append(thumbnail(path, hopeless), words);
	return item;
}

// Only what is another one than it was: an image that is put in again is asked for again.
const shown = new Map();

function showList(id, rows, keyOf, itemOf) {
	const key = JSON.stringify(rows.map(keyOf));
	if (shown.get(id) === key) return;
	shown.set(id, key);
	byId(id).replaceChildren(...rows.map(itemOf));
	byId(id + "-nothing").hidden = rows.length > 0;
}

const mean = (row) => row.encode_ms / Math.max(1, row.encodes + row.failures);

function showSlow(pictures) {
	const rows = pictures.filter((row) => row.encodes > 0)
		.sort((a, b) => mean(b) - mean(a)).slice(0, SHOWN);
	showList("slow", rows, (row) => row, (row) => picture(row.path, false, [
		["soft", duration(mean(row)) + " each, " + counted(row.encodes, "encode", "encodes")],
		["soft", bytes(row.source_bytes) + " → " + bytes(row.bytes)],
	]));
}

function showViews(views) {
	const rows = views.sort((a, b) => b.encode_ms - a.encode_ms).slice(0, SHOWN);
	const cells = (row) => [row.view, count(row.encodes), count(row.failures), duration(mean(row)),
		bytes(row.source_bytes), bytes(row.bytes)];
	byId("views").hidden = rows.length === 0;
	byId("views-nothing").hidden = rows.length > 0;
	byId("views").tBodies[0].replaceChildren(...rows.map((row) => {
		const line = make("tr");
		line.append(...cells(row).map((text) => make("td", "", text)));
		return line;
	}));
}

// What log_quote() had escaped: bytes of UTF-8, as \xNN.
function unescaped(text) {
	const out = [];
	const encoder = new TextEncoder();
	for (const part of text.split(/(\\x[0-9a-f]{2})/)) {
		if (/^\\x[0-9a-f]{2}$/.test(part)) out.push(parseInt(part.slice(2), 16));
		else out.push(...encoder.encode(part));
	}
	return new TextDecoder().decode(new Uint8Array(out));
}

// 2026-11-23T17:36:01+0000 EIO 'sub/cut.jpg' webp-q79-e4: the reason
const FAILURE = /^(\S+) (\S+) '([^']*)' (\S+): (.*)$/;

function readFailures(text) {
	const latest = new Map();
	for (const line of text.split("\n")) {
		const found = FAILURE.exec(line);
		if (!found) continue;
		const row = {
			when: found[1].replace("T", " ").slice(0, 19),
			error: found[2],
			path: unescaped(found[3]),
			view: found[4],
			reason: unescaped(found[5]),
		};
		latest.delete(row.path);
		latest.set(row.path, row);
	}
	return [...latest.values()].reverse().slice(0, SHOWN);
}

function showFailing(text) {
	showList("failing", readFailures(text), (row) => row,
		(row) => picture(row.path, HOPELESS.includes(row.error), [
			["why", row.error + ": " + row.reason],
			["soft", "as " + row.view + ", " + row.when],
		]));
}

const PRIVATE = "Not shown: what names pictures is read by root, by who mounted, and by the group " +
	"that -o control_group=GROUP names, which the web server is not in.";

function showPrivate(id) {
	shown.delete(id);
	byId(id).replaceChildren();
	byId(id + "-nothing").textContent = PRIVATE;
	byId(id + "-nothing").hidden = false;
}

const NOTHING = {
	slow: "Nothing was encoded yet.",
	views: "Nothing was encoded yet.",
	failing: "Nothing has failed.",
};

async function askPictures() {
	try {
		const top = JSON.parse(await ask("top.json"));
		for (const id of ["slow", "views"]) byId(id + "-nothing").textContent = NOTHING[id];
		showSlow(top.pictures);
		showViews(top.views);
	} catch (error) {
		if (error.status === 403) {
			showPrivate("slow");
			byId("views").hidden = true;
			byId("views-nothing").hidden = false;
			byId("views-nothing").textContent = PRIVATE;
		}
	}
	try {
		const text = await ask("errors");
		byId("failing-nothing").textContent = NOTHING.failing;
		showFailing(text);
	} catch (error) {
		if (error.status === 403) showPrivate("failing");
	}
}

// --- Round and round -----------------------------------------------------------------------

let since = null;

function tell(gone) {
	const now = new Date().toLocaleTimeString("en-GB");
	document.body.classList.toggle("gone", gone);
	if (!gone) {
		since = null;
		byId("banner").hidden = true;
		byId("pulse").textContent = "live, " + now;
		return;
	}
	since = since || now;
	byId("pulse").textContent = "not answering";
	byId("banner").hidden = false;
	byId("banner").textContent = location.protocol === "file:"
		? "A browser does not let a page ask for files beside it. Open this page through a web server."
		: "The mount does not answer since " + since + ". " +
			(before ? "These are the last figures it told. " : "") + "Still asking.";
}

async function askFigures() {
	let stats;
	try {
		stats = JSON.parse(await ask("stats.json"));
	} catch (error) {
		tell(true);
		return;
	}
	showFigures(stats);
	tell(false);
}

// One at a time, however slow the answers are; none while nobody looks.
function repeat(act, msec) {
	let timer = null;
	let busy = false;
	async function round() {
		clearTimeout(timer);
		if (busy || document.hidden) return;
		busy = true;
		try {
			await act();
		} finally {
			busy = false;
			timer = setTimeout(round, msec);
		}
	}
	document.addEventListener("visibilitychange", round);
	round();
}

repeat(askFigures, FIGURES_MSEC);
repeat(askPictures, PICTURES_MSEC);
