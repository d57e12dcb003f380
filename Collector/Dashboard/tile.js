// One asset: its health, its key values, and how old they are.

import { age, letters, make, reading, say, unit } from './format.js';
import { draw, Series } from './spark.js';

const shownAtFirst = 6;
const mostEarly = 1000;

export class Tile {
  constructor(asset) {
    this.id = asset.id;
    this.status = asset.status;
    this.signals = new Map(); // by name: { signal, row, …, value, quality, group }
    this.groups = new Map(); // by name: { heardMs, periodMs, regular }
    this.heardMs = -Infinity;
    this.root = make('article', 'tile');
    this.root.tabIndex = 0;
    this.root.dataset.asset = asset.id;
    const title = make('h3');
    title.append(make('span', '', asset.title || asset.id), make('span', 'kind', `${asset.kind} · ${asset.site}`));
    this.mark = title.appendChild(make('span', 'mark'));
    this.ageText = title.appendChild(make('span', 'age'));
    const health = make('div', 'health');
    health.append(make('span', '', 'Health'));
    this.healthBar = health.appendChild(make('div', 'bar'));
    this.healthFill = this.healthBar.appendChild(make('i', 'fill'));
    for (const limit of [50, 80]) {
      const tick = this.healthBar.appendChild(make('i', 'limit'));
      tick.style.left = `${limit}%`;
    }
    this.healthText = health.appendChild(make('b', '', '—'));
    this.table = make('table', 'signals');
    this.body = this.table.appendChild(make('tbody'));
    this.more = make('button', '', 'All signals');
    this.more.type = 'button';
    this.more.hidden = true;
    this.more.addEventListener('click', () => this.toggle());
    this.root.append(title, health, this.table, this.more);
    this.showsAll = false;
    this.early = []; // until it is described
    this.health = asset.health;
    this.setHealth(asset.health, asset.status);
  }

  /** What the asset measures, from the API. Frames that came before are shown now. */
  describe(signals) {
    for (const signal of signals) if (!this.signals.has(signal.name)) this.addRow(signal);
    const early = this.early ?? [];
    this.early = null;
    for (const frame of early) this.takeValues(frame);
    this.arrange();
  }

  addRow(signal) {
    const row = make('tr');
    const name = row.appendChild(make('td', 'name', signal.title || signal.name));
    name.title = `${signal.title || signal.name} (${signal.name})`;
    const range = row.appendChild(make('td', 'range'));
    const value = row.appendChild(make('td', 'value'));
    const number = value.appendChild(make('span', '', '—'));
    value.append(' ', make('span', 'unit', unit(signal.unit || '')));
    const trend = row.appendChild(make('td', 'trend'));
    const entry = { signal, row, number, series: null, canvas: null, pointer: null, value: undefined, quality: 'good' };
    const scale = scaleOf(signal);
    if (scale) {
      const bar = range.appendChild(make('div', 'bar'));
      if (signal.normal) {
        const band = bar.appendChild(make('i', 'band'));
        band.style.left = `${place(signal.normal[0], scale)}%`;
        band.style.right = `${100 - place(signal.normal[1], scale)}%`;
      }
      for (const limit of signal.alarm ?? []) {
        bar.appendChild(make('i', 'limit')).style.left = `${place(limit, scale)}%`;
      }
      entry.pointer = bar.appendChild(make('i', 'pointer'));
      entry.scale = scale;
    }
    if ((signal.form ?? 'number') === 'number') {
      entry.series = new Series();
      entry.canvas = trend.appendChild(make('canvas'));
      entry.canvas.setAttribute('aria-hidden', 'true');
    }
    this.body.append(row);
    this.signals.set(signal.name, entry);
    return entry;
  }

  /** Shows the first signals that have limits, and every one that is out of its normal range. */
  arrange() {
    const all = [...this.signals.values()];
    const judged = all.filter((entry) => entry.signal.normal || entry.signal.alarm);
    const first = new Set([...judged, ...all.filter((entry) => !judged.includes(entry))].slice(0, shownAtFirst));
    for (const entry of all) {
      entry.row.hidden = !(this.showsAll || first.has(entry) || stateOf(entry) !== '');
    }
    this.more.hidden = all.length <= shownAtFirst;
    say(this.more, this.showsAll ? 'Fewer signals' : `All ${all.length} signals`);
    this.more.setAttribute('aria-expanded', String(this.showsAll));
  }

  toggle() {
    this.showsAll = !this.showsAll;
    this.arrange();
  }

  /** A frame of the feed. `nowMs` is ours, monotonic; `atMs` is when it was taken, by the server's clock. */
  take(frame, nowMs, isLive) {
    const atMs = Date.parse(frame.ts);
    if (!frame.historical) {
      const heardMs = isLive ? nowMs : nowMs - Math.max(0, Date.now() - atMs);
      this.note(frame.group, heardMs, isLive);
      if (frame.health !== null) this.setHealth(frame.health, frame.status);
    }
    if (!this.early) this.takeValues(frame); else if (this.early.length < mostEarly) this.early.push(frame);
  }

  takeValues(frame) {
    const atMs = Date.parse(frame.ts);
    for (const [name, value] of Object.entries(frame.values)) {
      const entry = this.signals.get(name) ?? this.addRow({ name, title: name, unit: '', decimals: 2 });
      if (entry.series && typeof value === 'number') entry.series.add(atMs, value);
      if (frame.historical || atMs < entry.atMs) continue;
      entry.atMs = atMs;
      entry.group = frame.group;
      entry.value = value;
      entry.quality = frame.quality?.[name] ?? 'good';
      entry.isNew = true;
    }
  }

  /** How often a group comes: what is regular is stale after three periods. */
  note(name, heardMs, isLive) {
    const group = this.groups.get(name) ?? { heardMs: -Infinity, periodMs: null, seen: 0 };
    if (isLive && group.heardMs > -Infinity) {
      const gap = heardMs - group.heardMs;
      group.periodMs = group.periodMs === null ? gap : group.periodMs * 0.8 + gap * 0.2;
      group.seen += 1;
    }
    group.heardMs = Math.max(group.heardMs, heardMs);
    this.groups.set(name, group);
    this.heardMs = Math.max(this.heardMs, heardMs);
  }

  setHealth(health, status) {
    this.health = health;
    this.status = status ?? this.status;
  }

  breakAt(time) { for (const entry of this.signals.values()) entry.series?.breakAt(time); }

  /** Draws what has changed. `isCut`: nothing can be known, whatever the last values were. */
  show(nowMs, wallMs, isCut, colours) {
    const silenceMs = nowMs - this.heardMs;
    const fastest = Math.min(...[...this.groups.values()].filter((group) => group.seen >= 3).map((group) => group.periodMs));
    const limit = Number.isFinite(fastest) ? Math.max(3 * fastest, 3000) : 10000;
    this.isStale = isCut || silenceMs > limit;
    const shown = this.status in letters ? this.status : 'offline';
    this.root.className = `tile ${shown}${this.isStale ? ' stale' : ''}`;
    say(this.mark, letters[shown]);
    this.mark.hidden = letters[shown] === '';
    say(this.ageText, this.heardMs === -Infinity ? 'no data' : this.isStale ? `no data ${age(silenceMs)}` : age(silenceMs));
    const health = typeof this.health === 'number' ? this.health : null;
    say(this.healthText, health === null ? '—' : health.toFixed(0));
    this.healthFill.style.width = `${health ?? 0}%`;
    this.root.setAttribute('aria-label', `${this.id}, ${shown}, health ${this.healthText.textContent}, ${this.ageText.textContent}`);
    let mustArrange = false;
    for (const entry of this.signals.values()) {
      const group = this.groups.get(entry.group);
      const isRegular = group && group.seen >= 5;
      const isStale = this.isStale || (isRegular && nowMs - group.heardMs > Math.max(3 * group.periodMs, 3000))
        || entry.quality === 'stale';
      const state = stateOf(entry);
      const className = [state, isStale ? 'stale' : '', entry.quality === 'bad' ? 'bad' : ''].filter(Boolean).join(' ');
      if (entry.row.className !== className) {
        entry.row.className = className;
        mustArrange ||= state !== entry.state;
        entry.state = state;
      }
      if (entry.isNew) {
        entry.isNew = false;
        say(entry.number, (state === 'alarm' ? '■ ' : state === 'out' ? '▲ ' : '') + reading(entry.value, entry.signal));
        if (entry.pointer && typeof entry.value === 'number') {
          entry.pointer.style.left = `${place(entry.value, entry.scale)}%`;
        }
      }
      if (entry.canvas && !entry.row.hidden) draw(entry.canvas, entry.series, wallMs, entry.signal.normal, colours);
    }
    if (mustArrange) this.arrange();
  }

  /** For the order of tiles: the worst first. */
  get rank() { return { critical: 0, offline: 1, warning: 2, maintenance: 3, healthy: 4 }[this.status] ?? 1; }
}

/** '' in the normal range or without one, 'out' beyond it, 'alarm' beyond the alarm limits. */
export function stateOf(entry) {
  const { value, signal } = entry;
  if (typeof value !== 'number' || entry.quality === 'bad') return '';
  if (signal.alarm && (value < signal.alarm[0] || value > signal.alarm[1])) return 'alarm';
  if (signal.normal && (value < signal.normal[0] || value > signal.normal[1])) return 'out';
  return '';
}

/** The range that a bar shows: the limits that matter with some room beyond. */
export function scaleOf(signal) {
  const inner = signal.alarm ?? signal.normal;
  if (!inner) return null;
  const room = (inner[1] - inner[0]) * 0.15 || 1;
  return [inner[0] - room, inner[1] + room];
}

export function place(value, scale) {
  return Math.min(100, Math.max(0, (value - scale[0]) / (scale[1] - scale[0]) * 100));
}
