// The first page: what is unwell, what is lost, every asset with live values, delivery, events. Everything comes from
// the API and the two feeds.

import { age, clock, say } from './format.js';
import { Feed } from './feed.js';
import { onKey } from './keys.js';
import { showAssets, showDelivery } from './overview.js';
import { Banners, Events, showLosses, showStreams } from './panels.js';
import { windowMs } from './spark.js';
import { Tile } from './tile.js';

const keepPlaceMs = 30000;
/** With more assets than this those that are well take less room. */
const fleet = 24;
/** With more than this their values come once a second at most. */
const manyAssets = 100;

const tiles = new Map();
const banners = new Banners();
const events = new Events();
const filter = document.getElementById('filter');
let arrangedMs = -Infinity;
let colours = {};
let telemetry = null;
let streams = null;
let losses = [];

async function api(path) {
  const response = await fetch(path, { headers: { Accept: 'application/json' } });
  if (!response.ok && response.status !== 503) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** All pages of a list. */
async function all(path, name) {
  const found = [];
  let next = null;
  do {
    const page = await api(`${path}?limit=1000${next ? `&cursor=${encodeURIComponent(next)}` : ''}`);
    if (!page[name]) throw new Error(page.detail ?? `${path}: no answer`);
    found.push(...page[name]);
    next = page.next;
  } while (next);
  return found;
}

// --- assets

async function loadAssets() {
  for (const asset of await all('/api/v1/assets', 'assets')) addTile(asset);
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
  arrangedMs = -Infinity;
  describing = describing.then(() => describe(tile)).catch((error) => {
    // Values without titles and limits are better than none.
    if (tile.early) tile.describe([]);
    console.warn(error);
  });
}

// One after another: a page that opens must not burden the database.
let describing = Promise.resolve();
/** Assets of one kind have the same signals; only foreign ones have their own. */
const signalsOfKind = new Map();

async function describe(tile) {
  const path = `/api/v1/assets/${encodeURIComponent(tile.id)}`;
  const signals = signalsOfKind.get(tile.kind) ?? (await api(path)).signals;
  if (tile.kind !== 'generic') signalsOfKind.set(tile.kind, signals);
  tile.describe(signals);
}

/** Fetches the past of the signals that are shown, for their sparklines. */
async function recall(tile) {
  const path = `/api/v1/assets/${encodeURIComponent(tile.id)}`;
  const trends = tile.withoutPast;
  for (const signal of trends) signal.hasPast = true;
  const from = encodeURIComponent(new Date(Date.now() - windowMs).toISOString());
  const names = encodeURIComponent(trends.map((signal) => signal.about.name).join(','));
  const history = await api(
    `${path}/telemetry?interval=10s&aggregate=last&limit=100&from=${from}&signals=${names}`);
  for (const row of history.rows) {
    const time = Date.parse(row.ts);
    for (const signal of trends) {
      const value = row.values[signal.about.name];
      if (typeof value !== 'number') continue;
      signal.series.insert(time, value);
      // The last that is known of an asset that is silent.
      if (signal.value === undefined || signal.isOfThePast) signal.remember(value);
    }
  }
}

/** At most one request at a time. */
let isRecalling = false;

async function recallNext() {
  if (isRecalling) return;
  const tile = [...tiles.values()].find((one) => one.withoutPast.length > 0);
  if (!tile) return;
  isRecalling = true;
  // Without its past a sparkline begins now.
  try { await recall(tile); } catch (error) { console.warn(error); }
  isRecalling = false;
  recallNext();
}

/** Worst first; a tile keeps its place for a while, so that it does not jump away under the pointer. */
function arrange(nowMs) {
  if (nowMs - arrangedMs < keepPlaceMs) return;
  arrangedMs = nowMs;
  const text = filter.value.trim().toLowerCase();
  const isCompact = tiles.size > fleet;
  document.getElementById('filter-label').hidden = !isCompact;
  document.getElementById('no-assets').hidden = tiles.size > 0;
  const members = [...tiles.values()].filter((tile) => tile.matches(text));
  members.sort((left, right) => left.rank - right.rank || left.kind.localeCompare(right.kind)
    || left.id.localeCompare(right.id, undefined, { numeric: true }));
  for (const tile of members) tile.compact(isCompact);
  const root = document.getElementById('tiles');
  root.className = isCompact ? 'fleet' : '';
  const order = members.map((tile) => tile.root);
  const isSame = order.every((element, index) => root.children[index] === element);
  if (isSame && order.length === root.children.length) return;
  const focused = document.activeElement;
  root.replaceChildren(...order);
  if (focused !== document.activeElement) focused.focus();
}

function focus(tile) {
  filter.value = '';
  arrangedMs = -Infinity;
  arrange(performance.now());
  tile.root.scrollIntoView({ block: 'nearest' });
  tile.root.focus();
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

async function onAlert(message) {
  if (message.type === 'alert') {
    events.add(message.alert);
    const tile = tiles.get(message.alert.asset);
    if (tile && message.alert.status) tile.setHealth(message.alert.health ?? tile.health, message.alert.status);
  } else if (message.type === 'snapshot' && !message.more) {
    // The feed knows what has happened since the collector started, the API everything.
    try {
      for (const event of (await api('/api/v1/events?limit=50')).events.reverse()) events.add(event);
    } catch (error) {
      console.warn(error);
    }
  }
}

const serverMs = () => Date.now() + (telemetry?.skewMs ?? 0);

// --- the page

function show() {
  const nowMs = performance.now();
  // A page that has just been opened is not cut off.
  const isCut = !telemetry?.isLive && nowMs > 3000;
  arrange(nowMs);
  for (const tile of tiles.values()) tile.show(nowMs, serverMs(), isCut, colours);
  showAssets(tiles.values(), isCut, focus);
  recallNext();
  say(document.getElementById('clock'), clock(serverMs(), true));
  const link = document.getElementById('link');
  say(link, isCut ? '○ cut off' : telemetry?.isLive ? '● live' : 'connecting…');
  link.className = isCut ? 'cut' : '';
  banners.set('link', isCut
    ? `No live data for ${age(nowMs - (telemetry?.lastHeardMs ?? 0))}: what is shown is old. Trying again…` : null);
  const skew = Math.abs(telemetry?.skewMs ?? 0);
  banners.set('skew', skew > 5000 ? `This computer's clock differs from the server's by ${age(skew)}.` : null);
}

async function poll() {
  try {
    const ready = await api('/-/ready');
    const bad = (ready.checks ?? []).filter((check) => !check.ok);
    banners.set('ready', bad.map((check) => `${check.name}: ${check.problem}`).join(' · ') || null);
    streams = await all('/api/v1/streams', 'streams');
    showStreams(streams);
    for (const tile of tiles.values()) {
      const own = streams.filter((stream) => `${stream.site}/${stream.agent}` === tile.agent);
      const total = (name) => own.reduce((sum, stream) => sum + stream[name], 0);
      const lags = own.map((stream) => stream.lag_s).filter((lag) => lag !== null);
      tile.setDelivery(total('open'), total('lost'), lags.length > 0 ? Math.min(...lags) * 1000 : null);
    }
    losses = streams.some((stream) => stream.lost > 0) ? (await api('/api/v1/losses?limit=5')).losses : [];
    showLosses(losses);
    banners.set('api', null);
  } catch (error) {
    streams = null;
    banners.set('api', `The API does not answer as it should (${error.message}).`);
  }
  showDelivery(streams, losses);
  setTimeout(poll, 2000);
}

async function pollAssets() {
  try { await loadAssets(); unknown.clear(); } catch (error) { console.warn(error); }
  setTimeout(pollAssets, unknown.size > 0 ? 2000 : 10000);
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.getElementById('theme').textContent = theme === 'night' ? 'Day' : 'Night';
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`);
  const [ink, band, limit] = [colour('ink'), colour('band'), colour('quiet')];
  colours = { ink, band, limit, out: colour('warning'), alarm: colour('critical') };
  try { localStorage.setItem('theme', theme); } catch { /* private windows have no storage */ }
}

function toggleTheme() { setTheme(document.documentElement.dataset.theme === 'night' ? 'day' : 'night'); }

let stored = null;
try { stored = localStorage.getItem('theme'); } catch { /* as above */ }
setTheme(stored ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'night' : 'day'));
document.getElementById('theme').addEventListener('click', toggleTheme);
document.addEventListener('keydown', (event) => onKey(event, tiles, toggleTheme));
filter.addEventListener('input', () => { arrangedMs = -Infinity; show(); });

try {
  await loadAssets();
} catch (error) {
  banners.set('api', `The list of assets cannot be read (${error.message}).`);
}
const request = { assets: '*', ...(tiles.size > manyAssets ? { max_hz: 1 } : {}) };
telemetry = new Feed('/ws/telemetry', request, onTelemetry, () => show());
new Feed('/ws/alerts', { assets: '*' }, onAlert, () => {});
setTimeout(pollAssets, 10000);
poll();
show();
setInterval(show, 500);
