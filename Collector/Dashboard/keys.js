// What the keyboard does.

const sections = { 1: 'assets', 2: 'streams', 3: 'alerts' };

export function onKey(event, tiles, toggleTheme) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.id === 'filter') {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  const section = document.getElementById(sections[event.key] ?? '');
  if (section) {
    (section.querySelector('.tile') ?? section).focus();
  } else if (event.key === 't') {
    toggleTheme();
  } else if (event.key === '/' && !document.getElementById('filter-label').hidden) {
    document.getElementById('filter').focus();
    event.preventDefault();
  } else if (event.target.classList?.contains('tile')) {
    onTile(event, tiles.get(event.target.dataset.asset));
  }
}

function onTile(event, tile) {
  if (event.key === 'Enter' || event.key === 'Escape') {
    tile?.toggle(event.key === 'Escape' ? false : undefined);
    return;
  }
  const next = neighbour(event.target, event.key);
  if (!next) return;
  next.focus();
  event.preventDefault();
}

/** The tile beside, above or below. */
function neighbour(tile, key) {
  const all = [...document.querySelectorAll('.tile')];
  const at = all.indexOf(tile);
  if (key === 'ArrowRight') return all[at + 1];
  if (key === 'ArrowLeft') return all[at - 1];
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return undefined;
  const { top, left } = tile.getBoundingClientRect();
  const isDown = key === 'ArrowDown';
  const rows = all.map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => (isDown ? box.top > top : box.top < top));
  rows.sort((one, other) => (isDown ? one.box.top - other.box.top : other.box.top - one.box.top)
    || Math.abs(one.box.left - left) - Math.abs(other.box.left - left));
  return rows[0]?.element;
}
