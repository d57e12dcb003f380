// Delivery stream by stream, losses, events, and banners.

import { age, clock, count, make, marks, say } from './format.js';

const maxEvents = 100;
const maxStreams = 300;

/** The table of streams, from the API's answer: what needs a look first, what has ended last. */
export function showStreams(streams) {
  const body = document.getElementById('stream-rows');
  const current = new Set(streams.filter((stream) => stream.online).map((stream) => `${stream.site}/${stream.agent}`));
  const hasEnded = (stream) => !stream.online && current.has(`${stream.site}/${stream.agent}`);
  const rank = (stream) => stream.lost > 0 ? 0 : hasEnded(stream) ? 4 : !stream.online ? 1 : stream.open > 20 ? 2 : 3;
  const sorted = [...streams].sort((left, right) => rank(left) - rank(right)
    || left.agent.localeCompare(right.agent, undefined, { numeric: true }));
  const rows = sorted.slice(0, maxStreams).map((stream) => streamRow(stream, hasEnded(stream)));
  if (rows.length === 0) rows.push(wide('No agent yet. Start one: bellwether-agent run --config agent.yaml'));
  if (streams.length > maxStreams) rows.push(wide(`${count(streams.length - maxStreams)} more: see /api/v1/streams`));
  body.replaceChildren(...rows);
}

function streamRow(stream, hasEnded) {
  const row = make('tr', stream.online ? '' : hasEnded ? 'ended' : 'stale');
  const name = row.appendChild(make('td', '', `${stream.site}/${stream.agent}`));
  name.title = stream.epoch ? `Epoch ${stream.epoch}` : 'A plain Sparkplug node: no epochs, no receipts';
  const away = `${hasEnded ? 'ended' : '○ away since'} ${clock(Date.parse(stream.last_seen_at))}`;
  row.append(
    make('td', '', stream.online ? 'connected' : away),
    make('td', 'number', count(stream.made)), make('td', 'number', count(stream.stored_frames)),
    make('td', stream.open > 0 ? 'number waiting' : 'number', count(stream.open)),
    make('td', stream.lost > 0 ? 'number lost' : 'number', (stream.lost > 0 ? '■ ' : '') + count(stream.lost)),
    make('td', 'number', count(stream.duplicates_refused)), make('td', 'number', outbox(stream)),
    make('td', 'number', hasEnded || stream.lag_s === null ? '—' : age(stream.lag_s * 1000)));
  return row;
}

function wide(text) {
  const row = make('tr');
  row.appendChild(make('td', '', text)).colSpan = 9;
  return row;
}

function outbox(stream) {
  const days = stream.outbox_days_left;
  return count(stream.outbox_pending) + (typeof days === 'number' && days < 7 ? ` (${days.toFixed(1)} d left)` : '');
}

/** What is lost, and why. */
export function showLosses(losses) {
  const list = document.getElementById('loss-rows');
  list.hidden = losses.length === 0;
  list.replaceChildren(...losses.map((loss) => {
    const last = loss.last_seq === 9223372036854775807 ? 'the end' : count(loss.last_seq);
    const range = loss.first_seq === null ? `${count(loss.ticks)} ticks` : `numbers ${count(loss.first_seq)} to ${last}`;
    const row = make('li');
    const time = `${clock(Date.parse(loss.from), true)} to ${clock(Date.parse(loss.to))}`;
    const text = ` ${loss.site}/${loss.agent}: ${range}, ${loss.cause.replaceAll('_', ' ')}, ${time}`;
    row.append(make('span', 'mark', marks.critical), text);
    return row;
  }));
}

/** The newest events, the newest first. */
export class Events {
  constructor() {
    this.list = document.getElementById('alert-rows');
    this.known = new Set();
  }

  add(alert) {
    const key = `${alert.occurred_at} ${alert.kind} ${alert.agent} ${alert.asset} ${alert.message}`;
    if (this.known.has(key)) return;
    if (this.known.size === 0) this.list.replaceChildren();
    this.known.add(key);
    const row = make('li', `severity-${alert.severity}`);
    row.append(make('time', '', clock(Date.parse(alert.occurred_at))));
    if (alert.severity in marks) row.append(make('span', 'mark', marks[alert.severity]), ' ');
    row.append(alert.message);
    this.list.prepend(row);
    while (this.list.children.length > maxEvents) this.list.lastChild.remove();
    if (this.known.size > 10 * maxEvents) this.known = new Set([key]);
  }
}

/** Bad news, at the top and large. `set(key, text)`; no text takes it away. */
export class Banners {
  constructor() {
    this.root = document.getElementById('banners');
    this.shown = new Map();
  }

  set(key, text) {
    const old = this.shown.get(key);
    if (!text) {
      old?.remove();
      this.shown.delete(key);
    } else if (old) {
      say(old, text);
    } else {
      this.shown.set(key, this.root.appendChild(make('p', '', text)));
    }
  }
}
