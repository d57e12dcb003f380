// The first page: assets with live values, delivery, events. Everything comes from the API and the two feeds.

import { age, clock, make, say } from './format.js';
import { Feed } from './feed.js';
import { Banners, Events, showStreams } from './panels.js';
import { windowMs } from './spark.js';
import { Tile } from './tile.js';

const families = [
  ['Reactors', ['candu', 'smr']], ['Casters', ['caster']], ['Tailings', ['tailings']], ['Other', []],
];
const keepPlaceMs = 30000;
const manyAssets = 100;

const tiles = new Map();
const banners = new Banners();
const events = new Events();
const places = new Map(); // by family: the grid of its tiles
let arrangedMs = -Infinity;
let colours = {};
let telemetry = null;

async function api(path) {
  const response = await fetch(path, { headers: { Accept: 'application/json' } });
  if (!response.ok && response.status !== 503) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

// --- assets

async function loadAssets() {
  let next = null;
  do {
    const page = await api(`/api/v1/assets?limit=1000${next ? `&cursor=${encodeURIComponent(next)}` : ''}`);
    for (const asset of page.assets) addTile(asset);
    next = page.next;
  } while (next);
}

function addTile(asset) {
  const known = tiles.get(asset.id);
  if (known) {
    // Between frames only the API knows: an agent that went away, or maintenance.
    if (known.isStale || asset.status === 'offline' || asset.maintenance) known.setHealth(asset.health, asset.status);
    return;
  }
  const tile = new Tile(asset);
  tiles.set(asset.id, tile);
  tile.family = (families.find(([, kinds]) => kinds.includes(asset.kind)) ?? families.at(-1))[0];
  arrangedMs = -Infinity;
  describing = describing.then(() => describe(tile)).catch((error) => {
    // Values without titles and limits are better than none.
    if (tile.early) tile.describe([]);
    console.error(error);
  });
}

// One after another: a page that opens must not burden the database.
let describing = Promise.resolve();

async function describe(tile) {
  const path = `/api/v1/assets/${encodeURIComponent(tile.id)}`;
  tile.describe((await api(path)).signals);
  const trends = [...tile.signals.values()].filter((entry) => entry.series && !entry.row.hidden);
  if (trends.length === 0) return;
  const from = new Date(Date.now() - windowMs).toISOString();
  const names = trends.map((entry) => entry.signal.name).join(',');
  const history = await api(
    `${path}/telemetry?interval=10s&limit=100&from=${encodeURIComponent(from)}&signals=${encodeURIComponent(names)}`);
  for (const row of history.rows) {
    const time = Date.parse(row.ts);
    for (const entry of trends) {
      const value = row.values[entry.signal.name];
      if (typeof value === 'number') entry.series.insert(time, value);
    }
  }
}

/** Worst first within a family; a tile keeps its place for a while, so that it does not jump away under the pointer. */
function arrange(nowMs) {
  if (nowMs - arrangedMs < keepPlaceMs) return;
  arrangedMs = nowMs;
  const root = document.getElementById('assets');
  for (const [name] of families) {
    const members = [...tiles.values()].filter((tile) => tile.family === name);
    if (members.length === 0) continue;
    members.sort((left, right) => left.rank - right.rank || left.id.localeCompare(right.id));
    let place = places.get(name);
    if (!place) {
      const section = make('section', 'family');
      section.append(make('h2', '', name));
      place = section.appendChild(make('div', 'tiles'));
      places.set(name, place);
      root.append(section);
    }
    const order = members.map((tile) => tile.root);
    if (order.some((element, index) => place.children[index] !== element)) {
      const focused = document.activeElement;
      place.replaceChildren(...order);
      if (focused !== document.activeElement) focused.focus();
    }
  }
  if (tiles.size === 0) say(root, 'No asset is known yet. Start an agent: bellwether-agent run --config agent.yaml');
}

// --- feeds

function onTelemetry(message) {
  const nowMs = performance.now();
  switch (message.type) {
    case 'snapshot': for (const frame of message.frames) take(frame, nowMs, false); break;
    case 'delta': take(message.frame, nowMs, true); break;
    case 'gap': for (const tile of tiles.values()) tile.breakAt(serverMs()); break;
    default: break;
  }
}

function take(frame, nowMs, isLive) {
  const tile = tiles.get(frame.asset);
  if (tile) tile.take(frame, nowMs, isLive); else unknown.add(frame.asset);
}

/** Assets that the feed names and the API has not told of yet. */
const unknown = new Set();

function onAlert(message) {
  const alerts = message.type === 'snapshot' ? message.alerts : message.type === 'alert' ? [message.alert] : [];
  for (const alert of alerts) {
    events.add(alert);
    const tile = tiles.get(alert.asset);
    if (tile && alert.status) tile.setHealth(alert.health ?? tile.health, alert.status);
  }
}

const serverMs = () => Date.now() + (telemetry?.skewMs ?? 0);

// --- the page

function show() {
  const nowMs = performance.now();
  const isCut = !telemetry?.isLive;
  arrange(nowMs);
  let [abnormal, stale] = [0, 0];
  for (const tile of tiles.values()) {
    tile.show(nowMs, serverMs(), isCut, colours);
    if (tile.status !== 'healthy') abnormal += 1;
    if (tile.isStale) stale += 1;
  }
  say(document.getElementById('summary'), `${abnormal} abnormal of ${tiles.size} · ${stale} without fresh data`);
  const clockText = document.getElementById('clock');
  say(clockText, clock(serverMs(), true));
  say(document.getElementById('link'), isCut ? '○ cut off' : 'live');
  if (telemetry && isCut && nowMs > 3000) {
    banners.set('link', `No live data for ${age(nowMs - telemetry.lastHeardMs)}: what is shown is old. Trying again…`);
  } else {
    banners.set('link', null);
  }
  const skew = Math.abs(telemetry?.skewMs ?? 0);
  banners.set('skew', skew > 5000 ? `This computer's clock differs from the server's by ${age(skew)}.` : null);
}

async function poll() {
  try {
    const ready = await api('/-/ready');
    const bad = (ready.checks ?? []).filter((check) => !check.ok);
    banners.set('ready', bad.map((check) => `${check.name}: ${check.problem}`).join(' · ') || null);
    showStreams((await api('/api/v1/streams?limit=1000')).streams);
    banners.set('api', null);
  } catch (error) {
    banners.set('api', `The API does not answer as it should (${error.message}).`);
  }
  setTimeout(poll, 2000);
}

async function pollAssets() {
  try { await loadAssets(); unknown.clear(); } catch (error) { console.error(error); }
  setTimeout(pollAssets, unknown.size > 0 ? 2000 : 10000);
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.getElementById('theme').textContent = theme === 'night' ? 'Day' : 'Night';
  const style = getComputedStyle(document.documentElement);
  colours = { ink: style.getPropertyValue('--ink'), band: style.getPropertyValue('--band') };
  try { localStorage.setItem('theme', theme); } catch { /* private windows have no storage */ }
}

function toggleTheme() { setTheme(document.documentElement.dataset.theme === 'night' ? 'day' : 'night'); }

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const section = { 1: 'assets', 2: 'streams', 3: 'alerts' }[event.key];
  if (section) {
    const target = document.getElementById(section);
    (section === 'assets' ? target.querySelector('.tile') ?? target : target).focus();
  } else if (event.key === 't') {
    toggleTheme();
  } else if (event.target.classList?.contains('tile')) {
    const all = [...document.querySelectorAll('.tile')];
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      all[all.indexOf(event.target) + step]?.focus();
      event.preventDefault();
    } else if (event.key === 'Enter') {
      tiles.get(event.target.dataset.asset)?.toggle();
    }
  }
}

let stored = null;
try { stored = localStorage.getItem('theme'); } catch { /* as above */ }
setTheme(stored ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'night' : 'day'));
document.getElementById('theme').addEventListener('click', toggleTheme);
document.addEventListener('keydown', onKey);

try { await loadAssets(); } catch (error) { banners.set('api', `The list of assets cannot be read (${error.message}).`); }
const request = { assets: '*', ...(tiles.size > manyAssets ? { max_hz: 1 } : {}) };
telemetry = new Feed('/ws/telemetry', request, onTelemetry, () => show());
new Feed('/ws/alerts', { assets: '*' }, onAlert, () => {});
setTimeout(pollAssets, 10000);
poll();
show();
setInterval(show, 500);
