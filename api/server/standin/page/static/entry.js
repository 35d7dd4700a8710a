// One request: what is wrong first, then what it changed, what was sent and what was answered.
import {$, badge, button, call, clock, copy, count, guarded, h, kind, ms, say, section, table, value} from './dom.js';
import {bodyView} from './body.js';

const again = ['Content-Type', 'Accept', 'Idempotency-Key']; // headers that are sent again
let loading;

// showEntry shows a request and reports whether it is the one that is still wanted.
export async function showEntry(id) {
  loading?.abort();
  const {signal} = loading = new AbortController();
  const content = await call('GET', '/requests/' + id, undefined, signal).then(view, err => [h('p.empty', {}, err.message)]);
  if (signal.aborted) return false;
  $('entry').replaceChildren(h('a.back', {href: '#/requests'}, '← Requests'), ...content);
  $('entry').scrollTop = 0;
  return true;
}

function view(e) {
  const type = message => message.headers['Content-Type']?.[0] ?? '';
  const format = !e.request.body.trim().includes('\n');
  const who = [clock(e.time), ms(e.duration_ms), e.token_id ? `token ${e.token_id}, user ${e.user_id}` : 'no good token', e.request_id];
  const side = e.request.truncated ? 'the first part' : format && e.request.body.length > 60 && 'formatted; sent on one line';
  const body = (message, label, options) => (message.body ? bodyView(message.body, label, options) : h('p.none', {}, 'None.'));
  return [
    h('header', {}, h('h2', {}, badge(e.status), h('span.path', {}, ` ${e.method} ${e.path}${e.query && '?' + e.query}`)),
      h('p.meta', {}, who.map(text => h('span', {}, text)))),
    actions(e),
    verdict(e),
    e.after ? section('What changed', '', changes(e.before ?? {}, e.after)) : '',
    section('Request body', side, body(e.request, 'Request body', {form: type(e.request).includes('urlencoded'), marks: e, format})),
    section('Reply', '', body(e.reply, 'Reply', {format: type(e.reply).includes('json')})),
    h('details', {}, h('summary', {}, 'Headers'), headers('Request', e.request.headers), headers('Reply', e.reply.headers)),
  ];
}

function verdict(e) {
  const fault = e.fault && h('p', {}, h('span.tag', {}, 'fault'), `The rule “${e.fault}” hit this request. `, h('a', {href: '#/faults'}, 'Faults'));
  const problems = e.problems.map(p => h('li', {}, h('code', {}, p.pointer.replace(/^\/workspace_group\//, '') || p.in || 'body'),
    h('span', {}, p.message), h('small', {}, [p.rule, p.line && `line ${p.line}, column ${p.column}`].filter(Boolean).join(' · '))));
  const ignored = e.ignored.length > 0 && h('p.none', {}, 'Ignored: ' + e.ignored.map(p => p.pointer).join(', '));
  const title = kind(e.status) === 'done' ? (e.changed ? 'Done' : 'Done; nothing changed')
    : problems.length ? `Refused: ${count(problems.length, 'problem')}`
      : e.status ? e.message || 'Not done' : 'The connection ended without a reply';
  return h('div.verdict.' + kind(e.status), {}, h('strong', {}, title), fault, problems.length > 0 && h('ul', {}, problems), ignored);
}

function actions(e) {
  const send = guarded(async edit => {
    const sent = await call('POST', `/requests/${e.id}/replay`, edit);
    location.hash = '#/requests/' + sent.id;
    say(`Sent: ${sent.status || 'no reply'}`);
  });
  const edit = () => {
    bar.replaceWith(editor(e, send, bar));
    $('edited').focus();
  };
  const bar = h('div.actions', {}, button('Replay', () => send()), button('Edit and send', edit),
    button('Copy as curl', async () => copy(await call('GET', `/requests/${e.id}/curl`))),
    h('a.button', {href: `/requests/${e.id}/har`, download: `request-${e.id}.har`}, 'HAR'));
  return bar;
}

// editor sends the request again with what is changed in it. The token stays as it was, and is not shown.
function editor(e, send, bar) {
  const method = h('input', {value: e.method});
  const path = h('input', {value: e.path + (e.query && '?' + e.query)});
  const lines = h('textarea', {rows: 2, value: again.flatMap(name => e.request.headers[name]?.map(v => `${name}: ${v}`) ?? []).join('\n')});
  const body = h('textarea', {id: 'edited', rows: 12, value: e.request.body, spellcheck: false});
  const close = () => form.replaceWith(bar);
  const onsubmit = () => {
    const [to, query = ''] = path.value.split(/\?(.*)/);
    const pairs = [...lines.value.matchAll(/^([^:\n]+):\s*(.*)$/gm)].map(m => [m[1].trim(), m[2].trim()]);
    send({method: method.value, path: to, query, headers: Object.fromEntries(pairs), body: body.value});
  };
  const onkeydown = event => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    close();
  };
  const form = h('form.editor', {ariaLabel: 'Edit and send', onsubmit, onkeydown},
    h('label', {}, 'Method', method), h('label', {}, 'Path and query', path), h('label', {}, 'Body', body), h('label', {}, 'Headers, one a line', lines),
    h('p.actions', {}, h('button.main', {}, 'Send'), button('Cancel', close)));
  return form;
}

function changes(before, after) {
  const keys = Object.keys({...before, ...after}).filter(key => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  if (!keys.length) return h('p.none', {}, 'Nothing in the group itself.');
  const without = (some, others, sign) => some.filter(id => !others.includes(id)).map(id => sign + id).join(' ');
  return table('What changed', ['Field', 'Before', 'After'], keys.map(key => {
    const [was, is] = [before[key], after[key]];
    if (!Array.isArray(was) || !Array.isArray(is)) return [key, value(was), h('b', {}, value(is))];
    return [key, without(was, is, '−'), h('b', {}, without(is, was, '+'))];
  }));
}

const headers = (title, values) => [h('h3', {}, title),
  h('dl.pairs', {}, Object.keys(values).sort().flatMap(name => [h('dt', {}, name), h('dd', {}, values[name].join(', '))]))];
