// A sparkline: the last ten minutes of one signal, as the least and greatest value of each column of pixels.

export const windowMs = 600000;
const maxPoints = 2400;

/** Times and values in order of time; NaN marks a hole. */
export class Series {
  constructor() { this.times = []; this.values = []; }

  add(time, value) {
    const last = this.times.length - 1;
    if (last >= 0 && time <= this.times[last]) return this.insert(time, value);
    this.times.push(time);
    this.values.push(value);
    this.trim();
  }

  /** What comes late goes where it belongs. */
  insert(time, value) {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] < time) low = middle + 1; else high = middle;
    }
    if (this.times[low] === time) { this.values[low] = value; return; }
    this.times.splice(low, 0, time);
    this.values.splice(low, 0, value);
    this.trim();
  }

  /** Something is missing after this time. */
  breakAt(time) { this.add(time, NaN); }

  trim() {
    const oldest = this.times[this.times.length - 1] - windowMs * 1.1;
    let drop = Math.max(0, this.times.length - maxPoints);
    while (this.times[drop] < oldest) drop += 1;
    // In large steps, so that adding stays cheap.
    if (drop > 200 || this.times.length > maxPoints) {
      this.times.splice(0, drop);
      this.values.splice(0, drop);
    }
  }
}

/** Draws the series up to `now`; behind it the normal range, as far as it is near, and the alarm limits. */
export function draw(canvas, series, now, { normal, alarm }, ink, colours) {
  const ratio = devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (width === 0 || height === 0) return;
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  const context = canvas.getContext('2d');
  context.clearRect(0, 0, width, height);

  const columns = columnsOf(series, now, width);
  let low = Infinity;
  let high = -Infinity;
  for (const column of columns) {
    if (!column) continue;
    low = Math.min(low, column.low);
    high = Math.max(high, column.high);
  }
  if (low > high) return;
  // A quiet signal must not look wild: at least a quarter of its normal range fills the height.
  const least = normal ? (normal[1] - normal[0]) / 4 : Math.abs(high) * 1e-3;
  const middle = (low + high) / 2;
  const half = Math.max(high - low, least, Number.MIN_VALUE) / 2 * 1.2;
  const y = (value) => height - (value - middle + half) / (2 * half) * height;

  if (normal) {
    context.fillStyle = colours.band;
    const top = Math.min(height, Math.max(0, y(normal[1])));
    context.fillRect(0, top, width, Math.max(0, Math.min(height, y(normal[0])) - top));
  }
  context.fillStyle = colours.limit;
  for (const limit of alarm ?? []) context.fillRect(0, Math.round(y(limit)), width, ratio);
  trace(context, columns, y, ink, ratio);
}

function trace(context, columns, y, ink, ratio) {
  context.strokeStyle = ink;
  context.lineWidth = 1.25 * ratio;
  context.lineJoin = 'round';
  context.beginPath();
  let last = null;
  columns.forEach((column, x) => {
    if (!column) return;
    if (last && !column.broken) context.lineTo(x + .5, y(column.first)); else context.moveTo(x + .5, y(column.first));
    context.lineTo(x + .5, y(column.low));
    context.lineTo(x + .5, y(column.high));
    context.lineTo(x + .5, y(column.last));
    last = { x, value: column.last };
  });
  context.stroke();
  if (!last) return;
  context.fillStyle = ink;
  context.beginPath();
  context.arc(Math.max(2 * ratio, Math.min(last.x, columns.length - 2 * ratio)), y(last.value), 2 * ratio, 0, 7);
  context.fill();
}

/** For each column of pixels what lies in it; undefined where nothing does. */
export function columnsOf(series, now, width) {
  const columns = new Array(width);
  let broken = true;
  let lastTime = -Infinity;
  for (let index = 0; index < series.times.length; index += 1) {
    const time = series.times[index];
    const value = series.values[index];
    if (Number.isNaN(value)) { broken = true; continue; }
    const x = Math.floor((1 - (now - time) / windowMs) * width);
    if (x < 0 || x >= width) continue;
    if (time - lastTime > 60000) broken = true;
    lastTime = time;
    const column = columns[x];
    if (column) {
      column.low = Math.min(column.low, value);
      column.high = Math.max(column.high, value);
      column.last = value;
    } else {
      columns[x] = { low: value, high: value, first: value, last: value, broken };
    }
    broken = false;
  }
  return columns;
}
