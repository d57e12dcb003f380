// One asset: its health, its key values, how old they are, and whether its readings are stored.

import { age, count, make, marks, plural, say } from './format.js';
import { Signal } from './signal.js';

const shownAtFirst = 6;
const shownWhenCompact = 2;
const mostEarly = 1000;
const ranks = ['critical', 'warning', 'offline', 'silent', 'maintenance', 'healthy'];

export class Tile {
  constructor(asset) {
    this.id = asset.id;
    this.agent = `${asset.site}/${asset.agent}`;
    this.kind = asset.kind;
    this.title = asset.title || asset.kind;
    this.status = asset.status;
    this.health = asset.health;
    this.signals = new Map(); // by name
    this.groups = new Map(); // by name: { heardMs, periodMs, seen }
    this.heardMs = -Infinity;
    this.isStale = false;
    this.lagMs = null; // since its agent's last commit, by the API
    this.isOpen = false;
    this.isCompact = false;
    this.early = []; // frames that came before it was described
    this.build(asset);
  }

  build(asset) {
    this.root = make('article', 'tile');
    this.root.tabIndex = 0;
    this.root.dataset.asset = this.id;
    const head = this.root.appendChild(make('div', 'head'));
    const name = head.appendChild(make('h3'));
    this.mark = name.appendChild(make('span', 'mark'));
    name.append(make('span', 'id', this.id));
    const score = head.appendChild(make('p', 'score'));
    score.title = 'Health: 100 is as new, 0 has failed';
    score.append(make('small', '', 'health '));
    this.healthText = score.appendChild(make('b', '', '—'));
    const about = head.appendChild(make('p', 'about', this.title));
    about.append(make('span', 'place', ` · ${asset.site}`));
    about.title = `${this.title} · ${asset.site}`;
    this.ageText = head.appendChild(make('span', 'age'));
    const bar = this.root.appendChild(make('div', 'bar'));
    this.healthFill = bar.appendChild(make('i'));
    this.list = this.root.appendChild(make('ul', 'signals'));
    const foot = this.root.appendChild(make('div', 'foot'));
    this.more = foot.appendChild(make('button', '', 'All signals'));
    this.more.type = 'button';
    this.more.hidden = true;
    this.more.addEventListener('click', () => this.toggle());
    this.delivery = foot.appendChild(make('span', 'delivery'));
  }

  /** What the asset measures, from the API. Frames that came before are shown now. */
  describe(signals) {
    for (const about of signals) if (!this.signals.has(about.name)) this.addSignal(about);
    const early = this.early ?? [];
    this.early = null;
    for (const frame of early) this.takeValues(frame);
    this.arrange();
  }

  addSignal(about) {
    const signal = new Signal(about);
    signal.row.hidden = true;
    this.list.append(signal.row);
    this.signals.set(about.name, signal);
    return signal;
  }

  /** Signals in the order of their weight; of several that measure the same, the first. */
  get keySignals() {
    const seen = new Set();
    return [...this.signals.values()]
      .filter((signal) => signal.about.normal || signal.about.alarm || !this.signals.size)
      .sort((left, right) => (right.about.health_weight ?? 0) - (left.about.health_weight ?? 0))
      .filter((signal) => {
        const stem = (signal.about.title || signal.about.name).replace(/(,.*| [A-D]| \d+)$/, '');
        return !seen.has(stem) && seen.add(stem);
      });
  }

  /** Those that are out of their range come first, then the ones that weigh most. */
  arrange() {
    const all = [...this.signals.values()];
    const wrong = all.filter((signal) => signal.severity > 0).sort((left, right) => right.severity - left.severity);
    const key = this.keySignals.length > 0 ? this.keySignals : all;
    const most = this.isCompact ? shownWhenCompact : shownAtFirst;
    const sound = this.isCompact ? [] : key.filter((signal) => !wrong.includes(signal));
    const room = this.isCompact ? most : Math.max(most, Math.min(wrong.length, 2 * most));
    const chosen = [...wrong, ...sound].slice(0, room);
    const shown = this.isOpen ? [...wrong, ...all.filter((signal) => !wrong.includes(signal))] : chosen;
    for (const signal of all) signal.row.hidden = true;
    let previous = null;
    for (const signal of shown) {
      signal.row.hidden = false;
      const place = previous ? previous.nextSibling : this.list.firstChild;
      if (place !== signal.row) this.list.insertBefore(signal.row, place);
      previous = signal.row;
    }
    this.more.hidden = all.length <= shownAtFirst || (this.isCompact && !this.isOpen);
    say(this.more, this.isOpen ? 'Fewer signals' : `All ${all.length} signals`);
    this.more.setAttribute('aria-expanded', String(this.isOpen));
    this.wrong = wrong;
  }

  toggle(isOpen = !this.isOpen) {
    if (isOpen === this.isOpen) return;
    this.isOpen = isOpen;
    this.arrange();
  }

  compact(isCompact) {
    if (isCompact === this.isCompact) return;
    this.isCompact = isCompact;
    this.arrange();
  }

  /** A frame of the feed. `nowMs` is ours, monotonic. */
  take(frame, nowMs, isLive) {
    if (!frame.historical) {
      const heardMs = isLive ? nowMs : nowMs - Math.max(0, Date.now() - Date.parse(frame.ts));
      this.note(frame.group, heardMs, isLive);
      if (frame.health !== null) this.setHealth(frame.health, frame.status);
    }
    if (!this.early) this.takeValues(frame); else if (this.early.length < mostEarly) this.early.push(frame);
  }

  takeValues(frame) {
    const atMs = Date.parse(frame.ts);
    for (const [name, value] of Object.entries(frame.values)) {
      const signal = this.signals.get(name) ?? this.addSignal({ name, title: name, unit: '', decimals: 2 });
      signal.take(value, frame.quality?.[name], atMs, frame.group, frame.historical);
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

  /** Its agent's streams, from the API: are its readings where they belong? */
  setDelivery(open, lost, lagMs) {
    this.lagMs = lagMs;
    const text = lost > 0 ? `■ ${count(lost)} lost` : open > 5 ? `${count(open)} to come` : 'all stored';
    say(this.delivery, text);
    this.delivery.className = lost > 0 ? 'delivery lost' : 'delivery';
  }

  breakAt(time) { for (const signal of this.signals.values()) signal.series?.breakAt(time); }

  /** Draws what has changed. `isCut`: nothing can be known, whatever the last values were. */
  show(nowMs, wallMs, isCut, colours) {
    const silenceMs = nowMs - this.heardMs;
    const periods = [...this.groups.values()].filter((group) => group.seen >= 3).map((group) => group.periodMs);
    const limit = periods.length > 0 ? Math.max(3 * Math.min(...periods), 3000) : 10000;
    this.isStale = isCut || silenceMs > limit;
    // What cannot be seen is not well.
    const status = this.status in marks ? this.status : 'offline';
    this.shown = this.isStale && !isCut && status !== 'offline' && nowMs > 10000 ? 'silent' : status;
    const className = `tile ${this.shown}${this.isStale ? ' stale' : ''}${this.isOpen ? ' open' : ''}`
      + (this.isCompact && !this.isOpen ? ' compact' : '');
    if (this.root.className !== className) this.root.className = className;
    say(this.mark, marks[this.shown]);
    this.mark.title = this.shown;
    this.mark.hidden = marks[this.shown] === '';
    const word = this.shown === 'healthy' || this.shown === 'silent' ? '' : `${this.shown} · `;
    const silence = this.heardMs > -Infinity ? silenceMs : this.lagMs;
    this.silence = silence === null ? 'no data' : `no data for ${age(silence)}`;
    say(this.ageText, word + (this.isStale ? this.silence : age(silenceMs)));
    const health = typeof this.health === 'number' ? this.health : null;
    say(this.healthText, health === null ? '—' : health.toFixed(0));
    this.healthFill.style.width = `${health ?? 0}%`;
    this.root.setAttribute('aria-label',
      `${this.id}, ${this.title}, ${this.shown}, health ${this.healthText.textContent}, ${this.ageText.textContent}`
      + (this.wrong?.length ? `, ${plural(this.wrong.length, 'signal')} out of range` : ''));
    let mustArrange = false;
    for (const signal of this.signals.values()) {
      const group = this.groups.get(signal.group);
      const isSilent = group?.seen >= 5 && nowMs - group.heardMs > Math.max(3 * group.periodMs, 3000);
      mustArrange ||= signal.severity !== (signal.arrangedSeverity ?? 0);
      signal.arrangedSeverity = signal.severity;
      if (!signal.row.hidden) signal.show(this.isStale || isSilent, wallMs, colours);
    }
    if (mustArrange) this.arrange();
  }

  /** For the order of tiles: the worst first. */
  get rank() { return ranks.indexOf(this.shown ?? this.status); }

  /** What is wrong, in words; nothing if nothing is. */
  get reason() {
    if (this.shown === 'offline' || this.shown === 'silent') return this.silence;
    return this.wrong?.[0]?.reason ?? '';
  }

  /** Signals that are shown and whose past has not been fetched. */
  get withoutPast() {
    return [...this.signals.values()].filter((signal) => signal.series && !signal.hasPast && !signal.row.hidden);
  }

  matches(text) {
    return [this.id, this.title, this.kind, this.status, this.agent].some((word) => word.toLowerCase().includes(text));
  }
}
