// What the stand-in has stored, and the ways back: the seed and snapshots.
import {search} from './requests.js';
import {$, button, call, count, guarded, h, say, section, table, value} from './dom.js';

let all, chosen;
let stale = true; // what is shown

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
    if (stale && !$('groups').hidden && chosen !== 'state') guarded(load)(); // which has a form
  });
}

export async function show(id) {
  chosen = id;
  if (stale) await load();
  else await draw();
  if (id && !$('group-list').checkVisibility()) $('group').focus();
}

async function load() {
  all = await call('GET', '/state/workspace_groups');
  stale = false;
  await draw();
}

async function draw() {
  drawList();
  const group = all.workspace_groups[chosen];
  const content = chosen === 'state' ? await state() : group ? detail(group)
    : [h('p.empty', {}, chosen ? 'There is no such group.' : 'Choose a group to see its fields, workspaces and references.')];
  $('group').replaceChildren(h('a.back', {href: '#/groups'}, '← Groups'), ...content);
}

function drawList() {
  const text = $('name').value.trim().toLowerCase();
  const groups = all.results.map(r => all.workspace_groups[r.id]).filter(g => g.id === text || g.name.toLowerCase().includes(text));
  const held = document.activeElement.closest('#group-list a')?.hash;
  const row = g => h('a.row.still', {href: '#/groups/' + g.id, ariaCurrent: g.id === chosen ? 'true' : null},
    h('span.badge', {}, g.id), h('span', {}, g.name), h('time', {}, g.updated_at.slice(0, 16).replace('T', ' ')),
    h('span.why', {}, [count(g.workspace_ids.length, 'workspace'), count(g.external_reference_ids.length, 'reference')].join(', ')));
  $('group-list').replaceChildren(...groups.map(row));
  if (!groups.length) $('group-list').append(h('p.empty', {}, text ? 'No group matches the filter.' : 'No groups: reset to the seed.'));
  $('group-count').textContent = count(groups.length, 'group');
  if (held) $('group-list').querySelector(`[href="${held}"]`)?.focus();
}

const lists = {
  workspaces: ['workspace_ids', ['id', 'title', 'archived', 'currency', 'updated_at']],
  external_references: ['external_reference_ids', ['service_name', 'service_model', 'service_model_ref', 'status', 'external_link', 'locked']],
  rate_card_sets: ['rate_card_set_ids', ['id', 'title', 'active_currencies', 'account_default']],
};

function detail(g) {
  const ids = Object.values(lists).map(([name]) => name);
  const fields = Object.keys(g).filter(name => !ids.includes(name));
  const requests = button('Requests', () => {
    $('text').value = `workspace_groups/${g.id}`;
    search();
    location.hash = '#/requests';
  });
  return [
    h('header.head', {}, h('h2', {}, g.name), requests),
    h('dl.pairs', {}, fields.flatMap(name => [h('dt', {}, name), h('dd', {}, value(g[name]))])),
    ...Object.entries(lists).map(([map, [name, columns]]) => section(map.replaceAll('_', ' '), g[name].length || 'none',
      g[name].length > 0 && table(map, columns, g[name].map(id => columns.map(c => value(all[map][id]?.[c])))))),
  ];
}

async function state() {
  const {snapshots} = await call('GET', '/snapshots');
  const change = (label, method, path, said) => button(label, async () => {
    await call(method, path);
    say(said);
    await load();
  });
  const name = h('input', {placeholder: 'Name', ariaLabel: 'Name of the snapshot', required: true});
  const take = guarded(async () => {
    await call('PUT', '/snapshots/' + encodeURIComponent(name.value));
    await draw();
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
