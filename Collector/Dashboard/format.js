// Numbers, times and ages as operators read them.

const units = {
  Cel: '°C', K: 'K', 'm/min': 'm/min', 'mm/s': 'mm/s', '%': '%', 'kg/s': 'kg/s', 'L/min': 'l/min', Ohm: 'Ω', um: 'µm',
  'm3/h': 'm³/h', 'W/cm2': 'W/cm²', '[pH]': 'pH', '1': '', '10*13/cm2/s': '10¹³/cm²s', deg: '°', 'm3/s': 'm³/s',
};

/** A UCUM code as people write it. */
export function unit(code) { return units[code] ?? code.replaceAll('{', '').replaceAll('}', ''); }

/** A reading with the digits its instrument resolves; never more. */
export function reading(value, signal) {
  if (value === null || value === undefined) return '—';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (typeof value !== 'number') return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-4)) return value.toExponential(2);
  return value.toFixed(Math.min(Math.max(signal.decimals ?? 2, 0), 6));
}

/** "3 s", "2:05 min", "3:10 h". */
export function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 100) return `${seconds} s`;
  const pad = (number) => String(number).padStart(2, '0');
  if (seconds < 6000) return `${Math.floor(seconds / 60)}:${pad(seconds % 60)} min`;
  if (seconds < 360000) return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

/** Thousands apart by thin spaces. */
export function count(number) {
  return typeof number === 'number' ? String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, '\u2009') : '—';
}

/** ISO order, with the offset of the place where it is read. */
export function clock(ms, withDate = false) {
  const date = new Date(ms);
  const pad = (number) => String(number).padStart(2, '0');
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  if (!withDate) return time;
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? '-' : '+';
  const zone = `${sign}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${time} ${zone}`;
}

/** Makes an element: `make('td', 'number', '17')`. Text is only ever set as text. */
export function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Sets text only when it differs: what has not changed is not laid out again. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export const letters = { warning: '▲ W', critical: '■ C', offline: '○ offline', maintenance: '◇ maintenance', healthy: '' };
