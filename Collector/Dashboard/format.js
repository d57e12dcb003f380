// Numbers, times and ages as operators read them.

const units = {
  Cel: '°C', K: 'K', 'm/min': 'm/min', 'mm/s': 'mm/s', '%': '%', 'kg/s': 'kg/s', 'L/min': 'l/min', Ohm: 'Ω', um: 'µm',
  'm3/h': 'm³/h', 'W/cm2': 'W/cm²', 'kW/m2': 'kW/m²', '[pH]': 'pH', '[ppm]': 'ppm', '1': '', deg: '°', 'm3/s': 'm³/s',
  '{n}/cm2/s': 'n/cm²s', '{rev}/min': 'rpm', '{cycle}/min': '1/min', 't/m3': 't/m³', 'uSv/h': 'µSv/h', 'ug/L': 'µg/l',
  'L/s': 'l/s', 'mg/L': 'mg/l', 'uS/cm': 'µS/cm', 'Bq/L': 'Bq/l', 'pCi/L': 'pCi/l', 'ug/m3': 'µg/m³',
};

/** A UCUM code as people write it. */
export function unit(code) { return units[code] ?? code.replaceAll('{', '').replaceAll('}', ''); }

const superscripts = { '-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' };

/** A reading with the digits its instrument resolves; with `significant`, no more of them than a glance takes in. */
export function reading(value, signal, significant = 15) {
  if (value === null || value === undefined) return '—';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (typeof value !== 'number') return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-4)) {
    const [digits, power] = value.toExponential(2).split('e');
    return `${digits}·10${[...String(Number(power))].map((digit) => superscripts[digit]).join('')}`;
  }
  const before = size < 1 ? 1 : Math.floor(Math.log10(size)) + 1;
  const decimals = Math.min(Math.max(signal.decimals ?? 2, 0), 6, Math.max(0, significant - before));
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text;
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

/** Shape and word for each state: colour alone says nothing. Of what is healthy nothing need be said. */
export const marks = { critical: '■', warning: '▲', offline: '○', silent: '○', maintenance: '◇', healthy: '' };

/** "1 asset", "2 assets". */
export function plural(number, word) { return `${count(number)} ${word}${number === 1 ? '' : 's'}`; }
