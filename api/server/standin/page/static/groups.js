// What the stand-in has stored, and the ways back: the seed and snapshots.
import {$, button, call, count, guarded, h, say, section, table, value} from './dom.js';

let all = {results: [], workspace_groups: {}};
let [chosen, stale] = ['', true]; // stale: what is shown

export function start() {
  $('name').addEventListener('input', drawList);
  $('group-list').addEventListener('keydown', event => {
    const next = event.target[{ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling'}[event.key]];
    if (!next) return;
    event.preventDefault();
    next.focus();
    location.replace(next.hash);
  });
  document.addEventListener('request', event => {
    stale ||= event.detail.changed;
    if (stale && !$('groups').hidden && chosen !== 'state') guarded(() => show())(); // which has a form
  });
}

export async function show(id = chosen) {
  chosen = id;
  if (stale) all = await call('GET', '/state/workspace_groups');
  stale = false;
  drawList();
  const group = all.workspace_groups[chosen];
  const content = chosen === 'state' ? await state() : group ? detail(group)
    : [h('p.empty', {}, chosen ? 'There is no such group.' : 'Choose a group to see its fields, workspaces and references.')];
  $('group').replaceChildren(h('a.back', {href: '#/groups'}, '← Groups'), ...content);
  if (chosen && !$('group-list').checkVisibility()) $('group').focus();
}

// associations returns the maps of the document with their name and what a group has of them: workspaces by its workspace_ids.
function associations(group) {
  const maps = Object.keys(all).filter(map => group[map.replace(/s$/, '_ids')]);
  return maps.map(map => ({ids: map.replace(/s$/, '_ids'), name: map.replaceAll('_', ' '), map: all[map]}));
}

function drawList() {
  const text = $('name').value.trim().toLowerCase();
  const groups = all.results.map(r => all.workspace_groups[r.id]).filter(g => g.id === text || g.name.toLowerCase().includes(text));
  const held = document.activeElement.closest('#group-list a')?.hash;
  const row = g => h('a.row.still', {href: '#/groups/' + g.id, ariaCurrent: g.id === chosen ? 'true' : null},
    h('span.badge', {}, g.id), h('span', {}, g.name), h('time', {}, g.updated_at.slice(0, 16).replace('T', ' ')),
    h('span.why', {}, associations(g).filter(a => g[a.ids].length).map(a => count(g[a.ids].length, a.name.slice(0, -1))).join(', ') || 'nothing in it'));
  $('group-list').replaceChildren(...groups.map(row));
  if (!groups.length) $('group-list').append(h('p.empty', {}, text ? 'No group matches the filter.' : 'No groups: reset to the seed.'));
  $('group-count').textContent = count(groups.length, 'group');
  if (held) $('group-list').querySelector(`[href="${held}"]`)?.focus();
}

function detail(g) {
  const fields = Object.keys(g).filter(name => !associations(g).some(a => a.ids === name));
  return [
    h('h2', {}, g.name),
    h('dl.pairs', {}, fields.flatMap(name => [h('dt', {}, name), h('dd', {}, value(g[name]))])),
    ...associations(g).map(({ids, name, map}) => {
      const objects = g[ids].map(id => map[id] ?? {id});
      const columns = Object.keys(objects[0] ?? {}).filter(key => objects.some(o => o[key] !== null)); // what is set
      return section(name, objects.length || 'none', columns.length > 0 && table(name, columns, objects.map(o => columns.map(c => value(o[c])))));
    }),
  ];
}

async function state() {
  const {snapshots} = await call('GET', '/snapshots');
  const change = (label, method, path, said) => button(label, async () => {
    await call(method, path);
    say(said);
    stale = true;
    await show();
  });
  const name = h('input', {placeholder: 'Name', ariaLabel: 'Name of the snapshot', required: true});
  const take = guarded(async () => {
    await call('PUT', '/snapshots/' + encodeURIComponent(name.value));
    await show();
  });
  return [
    h('header', {}, h('h2', {}, 'State and snapshots'), h('p.meta', {}, 'PUT /state with a document makes it the state and the seed.')),
    h('p.actions', {}, change('Reset to the seed', 'POST', '/reset', 'Back at the seed'),
      h('a.button', {href: '/state', download: 'state.json'}, 'Download the state')),
    section('Snapshots', snapshots.length || 'none', h('form.actions', {onsubmit: take}, name, h('button', {}, 'Take a snapshot')),
      snapshots.map(s => h('p.actions', {}, h('code', {}, s), change('Restore', 'POST', `/snapshots/${s}/restore`, `Back at ${s}`),
        change('Delete', 'DELETE', '/snapshots/' + s, `${s} is deleted`)))),
  ];
}
