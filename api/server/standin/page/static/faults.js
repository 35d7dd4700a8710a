// Rules of what goes wrong on purpose. The server holds them; each change sends all of them.
import {$, button, call, guarded, h, say} from './dom.js';

const match = {method: 'PUT', path: '/api/v1/workspace_groups/*'};
const presets = {
  '503 unavailable': {status: 503, retry_after: 'seconds'},
  '429 too many': {status: 429, retry_after: 'seconds'},
  'One in ten fails': {when: {rate: 0.1}, status: 500},
  'Every third fails': {when: {every: 3}, status: 503},
  'Slow': {latency: {fixed: '2s'}},
  'Slow at times': {latency: {mean: '50ms', p99: '500ms'}},
  'Reset': {reset: true},
  'Cut off': {cut_after: 100},
  'Token expired': {expire_token: true},
  'HTML, no JSON': {status: 502, content_type: 'text/html', body: '<h1>Bad Gateway</h1>'},
};
const hint = 'match: method, path, group, token. when: nth, every, rate. latency: fixed; min, max; mean, p99. Then: status, headers, retry_after '
  + '(seconds, date, past), body, content_type, reset, cut_after, expire_token. The same seed hits the same requests of the same run.';
let faults = {seed: 0, rules: []};

export const start = show;

export async function show() {
  faults = await call('GET', '/faults');
  faults.rules ??= [];
  draw();
}

async function save(changed) {
  await call('PUT', '/faults', {...faults, ...changed});
  await show();
}

const words = object => Object.entries(object).map(([key, v]) => (v === true ? key
  : v && typeof v === 'object' && !Array.isArray(v) ? `${key} ${words(v)}` : `${key} ${v}`)).join(', ');

// describe says in a line what a rule does.
const describe = ({name, on, match = {}, ...rest}) => `${words(rest) || 'nothing'} — ${words(match) || 'every request'}`;

function draw() {
  const {rules} = faults;
  const on = rules.filter(rule => rule.on !== false).length;
  $('faulty').hidden = on === 0;
  $('faulty').textContent = on + ' on';
  const item = (rule, i) => h('li.rule', {},
    h('input', {type: 'checkbox', role: 'switch', checked: rule.on !== false, ariaLabel: rule.name || describe(rule),
      onchange: guarded(event => save({rules: rules.with(i, {...rule, on: event.target.checked})}))}),
    h('div', {}, h('strong', {}, rule.name || `Rule ${i + 1}`), h('p', {}, describe(rule))),
    button('Delete', () => save({rules: rules.toSpliced(i, 1)})));
  const text = h('textarea', {id: 'rules', rows: 14, value: JSON.stringify(faults, null, 2), spellcheck: false, ariaLabel: 'All rules as JSON'});
  $('faults').replaceChildren(
    h('header', {}, h('h2', {}, 'Faults'), h('p.meta', {}, 'What goes wrong on purpose. The first rule that hits a request counts.')),
    rules.length ? h('ul', {}, rules.map(item)) : h('p.empty', {}, 'No rules: every request is served. Add one, then send a request.'),
    h('h3', {}, 'Add a rule, on at once'),
    h('p.actions', {}, Object.entries(presets).map(([name, rule]) => button(name, () => save({rules: [...rules, {name, on: true, match, ...rule}]})))),
    h('h3', {}, 'All rules, as PUT /faults takes them'), text, h('p.none', {}, hint),
    h('p.actions', {}, button('Save', async () => {
      await save(JSON.parse(text.value));
      say('Saved');
    })));
}
