// The two sentences that an operator reads first: which asset is unwell, and is any reading lost?

import { count, make, marks, plural, say } from './format.js';

const mostReasons = 4;
/** So many frames are always on their way. */
const underWay = 20;

/** Which assets are unwell: the worst first, each a way to its tile. */
export function showAssets(tiles, isCut, focus) {
  const root = document.getElementById('asset-verdict');
  const all = [...tiles];
  const unwell = all.filter((tile) => tile.shown !== 'healthy').sort((left, right) => left.rank - right.rank);
  const tally = (status) => unwell.filter((tile) => tile.shown === status).length;
  const parts = Object.keys(marks).filter((status) => tally(status) > 0)
    .map((status) => `${marks[status]} ${count(tally(status))} ${status === 'maintenance' ? 'in maintenance' : status}`);
  const word = all.length === 0 ? 'No asset yet'
    : isCut ? 'State unknown: no live data'
      : parts.length > 0 ? parts.join('   ')
        : all.length === 1 ? 'The asset is healthy' : `All ${count(all.length)} assets are healthy`;
  const worst = isCut ? 'unknown' : unwell[0]?.shown ?? 'healthy';
  paint(root, worst, word);
  const shown = isCut ? [] : unwell.slice(0, mostReasons);
  const items = shown.map((tile) => ({ tile, text: `${marks[tile.shown]} ${tile.id}`.trim(), why: tile.reason }));
  const more = unwell.length - shown.length;
  const tail = isCut ? 'What is shown below is the last that was heard.'
    : more > 0 ? `and ${plural(more, 'more asset')}` : shown.length === 0 ? calm(all) : '';
  fill(root.querySelector('.reasons'), items, tail, focus);
  const title = worst === 'healthy' ? 'Bellwether' : `${word} – Bellwether`;
  if (document.title !== title) document.title = title;
  say(document.getElementById('assets-title'), all.length > 0 ? `Assets (${count(all.length)})` : 'Assets');
}

/** What is worth knowing while all is well. */
function calm(tiles) {
  const scored = tiles.filter((tile) => typeof tile.health === 'number');
  if (scored.length === 0) return '';
  const lowest = scored.reduce((least, tile) => (tile.health < least.health ? tile : least));
  const out = tiles.reduce((sum, tile) => sum + (tile.wrong?.length ?? 0), 0);
  return `Lowest health: ${lowest.health.toFixed(0)}, ${lowest.id}. `
    + (out === 0 ? 'Every signal is in its normal range.' : `${plural(out, 'signal')} out of the normal range.`);
}

function fill(list, items, tail, focus) {
  const wanted = items.length + (tail ? 1 : 0);
  while (list.children.length > wanted) list.lastChild.remove();
  while (list.children.length < wanted) {
    const row = list.appendChild(make('li'));
    const button = row.appendChild(make('button'));
    button.type = 'button';
    row.append(make('span'));
  }
  items.forEach(({ tile, text, why }, index) => {
    const [button, span] = list.children[index].children;
    button.hidden = false;
    say(button, text);
    say(span, why);
    button.onclick = () => focus(tile);
  });
  if (tail) {
    const [button, span] = list.lastChild.children;
    button.hidden = true;
    say(span, tail);
  }
}

/** Whether any reading is lost, from the API's streams; `streams` is null while nothing is known. */
export function showDelivery(streams, losses) {
  const root = document.getElementById('delivery-verdict');
  if (!streams) return paint(root, 'unknown', 'Not known: the API does not answer');
  const total = (name) => streams.reduce((sum, stream) => sum + (stream[name] ?? 0), 0);
  const [open, lost] = [total('open'), total('lost')];
  const away = streams.filter((stream) => !stream.online && stream.open > 0).length;
  const word = streams.length === 0 ? 'Nothing has been made yet'
    : lost > 0 ? `■ ${plural(lost, 'frame')} lost`
      : open > underWay ? `Nothing is lost, ${count(open)} ${open === 1 ? 'is' : 'are'} still to come` : 'Nothing is lost';
  paint(root, lost > 0 ? 'critical' : open > underWay || away > 0 ? 'waiting' : 'healthy', word);
  const figures = [
    ['made', total('made')], ['stored', total('stored_frames')], ['to come', open], ['lost', lost],
    ['repeats refused', total('duplicates_refused')],
  ];
  // What is made and neither stored nor lost: rare, and then worth a word.
  for (const [word_, name] of [['loss reports', 'reports'], ['set aside', 'quarantined']]) {
    if (total(name) > 0) figures.push([word_, total(name)]);
  }
  const list = root.querySelector('.figures');
  if (list.children.length !== figures.length) {
    list.replaceChildren(...figures.map(([name]) => {
      const group = make('div', name.replaceAll(' ', '-'));
      group.append(make('dt', '', name), make('dd'));
      return group;
    }));
  }
  const newest = losses[0];
  say(root.querySelector('.why'), newest ? `The newest: ${newest.agent}, ${newest.cause.replaceAll('_', ' ')}.` : '');
  figures.forEach(([, value], index) => say(list.children[index].lastChild, count(value)));
}

function paint(root, state, word) {
  const className = `verdict ${state}`;
  if (root.className !== className) root.className = className;
  say(root.querySelector('.word'), word);
}
