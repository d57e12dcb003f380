// One signal of an asset: a row with its name, its last ten minutes and its value.

import { make, reading, say, unit } from './format.js';
import { draw, Series } from './spark.js';

const glanceDigits = 4;

export class Signal {
  /** `about`: as the API describes it. */
  constructor(about) {
    this.about = about;
    this.value = undefined;
    this.quality = 'good';
    this.atMs = -Infinity;
    this.group = null;
    this.state = '';
    this.isNew = false;
    this.hasPast = false;
    this.row = make('li', 'signal');
    const title = about.title || about.name;
    const name = this.row.appendChild(make('span', 'name', title));
    name.title = `${title} (${about.name})${rangeText(about)}`;
    this.canvas = this.row.appendChild(make(this.isNumber ? 'canvas' : 'span', 'trend'));
    this.canvas.setAttribute('aria-hidden', 'true');
    this.series = this.isNumber ? new Series() : null;
    const value = this.row.appendChild(make('span', 'value'));
    this.number = value.appendChild(make('b', '', '—'));
    value.append(' ', make('small', 'unit', unit(about.unit || '')));
  }

  get isNumber() { return (this.about.form ?? 'number') === 'number'; }

  take(value, quality, atMs, group, isHistorical) {
    if (this.series && typeof value === 'number') this.series.add(atMs, value);
    if (isHistorical || atMs < this.atMs) return;
    Object.assign(this, { atMs, group, value, quality: quality ?? 'good', isNew: true, isOfThePast: false });
    this.state = this.judge();
  }

  /** A value from before the feed told any; rows come in the order of time. */
  remember(value) {
    Object.assign(this, { value, isNew: true, isOfThePast: true });
    this.state = this.judge();
  }

  /** '' in the normal range or without one, 'out' beyond it, 'alarm' beyond the alarm limits. */
  judge() {
    const { normal, alarm, labels } = this.about;
    const index = labels?.length ? labels.indexOf(this.value) : -1;
    const value = this.value === true ? 1 : this.value === false ? 0 : index >= 0 ? index : this.value;
    if (typeof value !== 'number' || this.quality === 'bad') return '';
    if (alarm && (value < alarm[0] || value > alarm[1])) return 'alarm';
    if (normal && (value < normal[0] || value > normal[1])) return 'out';
    return '';
  }

  /** How bad it is, for the order of rows. */
  get severity() { return this.state === 'alarm' ? 2 : this.state === 'out' ? 1 : 0; }

  /** What is wrong with it, in words. */
  get reason() {
    const { about, value } = this;
    const shown = `${reading(value, about, glanceDigits)} ${unit(about.unit || '')}`.trim();
    const range = this.state === 'alarm' ? about.alarm : about.normal;
    const title = about.title || about.name;
    if (typeof value !== 'number' || !range) return `${title}: ${shown}`;
    const limit = value < range[0] ? `below ${reading(range[0], about, glanceDigits)}`
      : `above ${reading(range[1], about, glanceDigits)}`;
    return `${title} ${shown}, ${limit}`;
  }

  show(isStale, wallMs, colours) {
    const className = ['signal', this.state, isStale || this.quality === 'stale' ? 'stale' : '',
      this.quality === 'bad' ? 'bad' : ''].filter(Boolean).join(' ');
    if (this.row.className !== className) this.row.className = className;
    if (this.isNew) {
      this.isNew = false;
      const mark = this.state === 'alarm' ? '■ ' : this.state === 'out' ? '▲ ' : '';
      say(this.number, mark + reading(this.value, this.about, glanceDigits));
      this.number.title = reading(this.value, this.about);
    }
    if (!this.series || this.row.hidden) return;
    draw(this.canvas, this.series, wallMs, this.about, colours[this.state] ?? colours.ink, colours);
  }
}

function rangeText({ normal, alarm, unit: code }) {
  const text = (range) => `${range[0]} to ${range[1]} ${unit(code || '')}`.trim();
  return (normal ? `\nnormal ${text(normal)}` : '') + (alarm ? `\nalarm beyond ${text(alarm)}` : '');
}
