// The journal: a list in which only the rows in view are elements, so that 10,000 of them stay smooth.
import {$, badge, button, call, clock, copy, count, guarded, h, kind, ms} from './dom.js';
import {showEntry} from './entry.js';

const most = 10_000;
const base = '/api/v1';
const rowHeight = 54; // as in page.css
const [list, space] = [$('list'), $('list').firstElementChild];
const drawn = new Map(); // rows that are elements, by id
let rows = []; // summaries that the filter lets through, the newest last
let total = 0;
let active = 0; // the id of the row that is marked
let loading, searching, frame;
const fromTop = i => rows[rows.length - 1 - i];

export async function start() {
  $('text').addEventListener('input', search);
  $('status').addEventListener('change', guarded(load));
  $('clear').addEventListener('click', guarded(() => call('DELETE', '/requests')));
  list.addEventListener('scroll', draw, {passive: true});
  list.addEventListener('keydown', move);
  list.addEventListener('click', event => {
    const row = event.target.closest('[role=option]');
    if (row) location.hash = '#/requests/' + row.id.slice(1);
  });
  new ResizeObserver(draw).observe(list);
  await load();
  listen();
}

export async function show(id) {
  active = Number(id) || active;
  draw();
  if (!id) $('entry').replaceChildren(h('p.empty', {}, 'Choose a request to see what was sent, what is wrong with it and what it changed.'));
  else if (await showEntry(id) && !list.checkVisibility()) $('entry').focus();
}

async function load() {
  loading?.abort();
  loading = new AbortController();
  const query = new URLSearchParams({limit: most, status: $('status').value, text: $('text').value.trim()});
  const found = await call('GET', '/requests?' + query, undefined, loading.signal);
  [rows, total] = [found.requests.reverse(), found.total];
  draw();
}

function search() {
  clearTimeout(searching);
  searching = setTimeout(guarded(load), 150);
}

// listen takes requests as they come. The browser reconnects by itself, and says which one it has had last.
function listen() {
  const stream = new EventSource('/requests/stream?after=' + (fromTop(0)?.id ?? 0));
  stream.onopen = stream.onerror = event => {
    $('live').textContent = event.type === 'open' ? 'Live' : 'Reconnecting';
    $('live').className = event.type === 'open' ? 'live done' : 'live odd';
  };
  stream.addEventListener('request', event => add(JSON.parse(event.data)));
  stream.addEventListener('cleared', () => {
    [rows, total, active] = [[], 0, 0];
    if (location.hash.startsWith('#/requests/')) location.hash = '#/requests';
    draw();
  });
}

function add(request) {
  document.dispatchEvent(new CustomEvent('request', {detail: request}));
  if ($('text').value.trim()) return search(); // only the server knows the bodies
  const wanted = $('status').value;
  const isWanted = !wanted || [String(request.status), Math.floor(request.status / 100) + 'xx'].includes(wanted);
  if (!isWanted || request.id <= (fromTop(0)?.id ?? 0)) return;
  rows.push(request);
  total++;
  if (rows.length > most) rows.shift();
  if (list.scrollTop > 0) list.scrollTop += rowHeight; // what is read stays where it is
  frame ||= requestAnimationFrame(draw);
}

function draw() {
  frame = 0;
  space.style.height = rows.length * rowHeight + 'px';
  const first = Math.max(0, Math.floor(list.scrollTop / rowHeight) - 5);
  const wanted = rows.toReversed().slice(first, first + Math.ceil(list.clientHeight / rowHeight) + 10);
  for (const [id, node] of drawn) {
    if (wanted.some(r => r.id === id)) continue;
    node.remove();
    drawn.delete(id);
  }
  wanted.forEach((r, i) => {
    if (!drawn.has(r.id)) drawn.set(r.id, row(r));
    const node = drawn.get(r.id);
    if (space.children[i] !== node) space.insertBefore(node, space.children[i]);
    node.style.top = (first + i) * rowHeight + 'px';
    Object.assign(node, {ariaPosInSet: first + i + 1, ariaSetSize: rows.length, ariaSelected: r.id === active});
  });
  list.setAttribute('aria-activedescendant', drawn.has(active) ? 'r' + active : '');
  $('count').textContent = count(total, 'request') + (total > rows.length ? `, the newest ${rows.length.toLocaleString('en')} here` : '');
  drawNone();
}

function row(r) {
  const path = r.path.startsWith(base) ? r.path.slice(base.length) : r.path;
  return h('div.row', {role: 'option', id: 'r' + r.id}, badge(r.status),
    h('span.what', {}, h('b', {}, r.method), ' ' + path, h('i', {}, r.query && '?' + r.query)),
    h('time', {}, clock(r.time)),
    h('span.why.' + kind(r.status), {}, r.fault && h('span.tag', {}, 'fault ' + r.fault), r.message || (r.changed ? 'changed' : 'no change'),
      r.violations > 1 && h('i', {}, ` and ${r.violations - 1} more`)),
    h('span.ms', {}, ms(r.duration_ms)));
}

function move(event) {
  const step = {ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -most, End: most}[event.key];
  if (event.key === 'Enter' && active) $('entry').focus();
  if (!step || !rows.length) return;
  event.preventDefault();
  const from = rows.findIndex(r => r.id === active);
  const to = from < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, rows.length - 1 - from + step));
  const top = to * rowHeight;
  list.scrollTop = Math.min(top, Math.max(list.scrollTop, top + rowHeight - list.clientHeight));
  active = fromTop(to).id;
  location.replace('#/requests/' + active);
}

const good = {workspace_group: {name: 'Acme', notes: 'Prefers rockets', add_workspace_ids: [12]}};
const bad = {workspace_group: {name: ' ', company: 'yes', add_workspace_ids: [12, '13'], workspace_ids: []}};
const curl = `curl -X PUT ${location.origin}${base}/workspace_groups/7 \\
  -H "Authorization: Bearer \${OXGROUPS_TOKEN:-demo}" -H 'Content-Type: application/json' \\
  -d '${JSON.stringify(good)}'`;

const send = body => fetch(base + '/workspace_groups/7', {
  method: 'PUT', headers: {'Content-Type': 'application/json', Authorization: 'Bearer demo'}, body: JSON.stringify(body, null, 2),
});

// drawNone says what to do where there is no row.
function drawNone() {
  const why = rows.length ? '' : $('text').value || $('status').value ? 'filtered' : 'empty';
  [list.hidden, $('none').hidden] = [why !== '', why === ''];
  if ($('none').dataset.why === why) return;
  $('none').dataset.why = why;
  $('none').replaceChildren(...why === 'filtered' ? [h('p', {}, 'No request matches the filter.'), button('Show all', () => {
    $('text').value = $('status').value = '';
    return load();
  })] : [
    h('h2', {}, 'No requests yet'), h('p', {}, 'Point a client at this server, or send a request from a shell. It appears here at once.'),
    h('pre', {tabIndex: 0}, curl),
    h('p.actions', {}, button('Copy', () => copy(curl)), button('Send it from here', () => send(good)),
      button('Send one that is refused', () => send(bad)))]);
}
