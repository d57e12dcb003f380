// Delivery stream by stream, events, and banners.

import { age, clock, count, letters, make, say } from './format.js';

const maxEvents = 100;

/** The table of streams, from the API's answer. */
export function showStreams(streams) {
  const body = document.getElementById('stream-rows');
  const rows = streams.map((stream) => {
    const row = make('tr', stream.online ? '' : 'stale');
    row.append(
      make('td', '', `${stream.site}/${stream.agent}`), make('td', '', stream.epoch ? stream.epoch.slice(0, 8) : '—'),
      make('td', '', stream.online ? 'connected' : `○ away since ${clock(Date.parse(stream.last_seen_at))}`),
      make('td', 'number', count(stream.made)), make('td', 'number', count(stream.stored_frames)),
      make('td', stream.open > 0 ? 'number waiting' : 'number', count(stream.open)),
      make('td', stream.lost > 0 ? 'number lost' : 'number', (stream.lost > 0 ? '■ ' : '') + count(stream.lost)),
      make('td', 'number', count(stream.duplicates_refused)), make('td', 'number', outbox(stream)),
      make('td', 'number', stream.lag_s === null ? '—' : age(stream.lag_s * 1000)));
    return row;
  });
  if (rows.length === 0) {
    const cell = make('td', '', 'No agent has been heard of yet. Start one: bellwether-agent run --config agent.yaml');
    cell.colSpan = 10;
    rows.push(make('tr'));
    rows[0].append(cell);
  }
  body.replaceChildren(...rows);
  const total = (name) => streams.reduce((sum, stream) => sum + (stream[name] ?? 0), 0);
  const [open, lost] = [total('open'), total('lost')];
  say(document.getElementById('verdict'),
    `${count(total('made'))} frames made, ${count(total('stored_frames'))} stored, ${count(open)} to come, `
    + `${count(lost)} lost, ${count(total('duplicates_refused'))} duplicates refused.`
    + (lost === 0 && open === 0 && streams.length > 0 ? ' Nothing is missing.' : ''));
}

function outbox(stream) {
  const days = stream.outbox_days_left;
  return count(stream.outbox_pending) + (typeof days === 'number' && days < 30 ? ` (${days.toFixed(1)} d left)` : '');
}

/** The newest events, the newest first. */
export class Events {
  constructor() {
    this.list = document.getElementById('alert-rows');
    this.isEmpty = true;
  }

  add(alert) {
    if (this.isEmpty) this.list.replaceChildren();
    this.isEmpty = false;
    const row = make('li', `severity-${alert.severity}`);
    row.append(make('time', '', clock(Date.parse(alert.occurred_at))));
    const mark = letters[alert.severity];
    if (mark) row.append(make('span', 'mark', mark), ' ');
    row.append(alert.message);
    this.list.prepend(row);
    while (this.list.children.length > maxEvents) this.list.lastChild.remove();
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
