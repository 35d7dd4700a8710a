// The metrics that matter, drawn from /metrics, which has them all.
import {$, call, guarded, h, kind, ms} from './dom.js';

const every = 2000; // ms
const rates = Array(60).fill({n: 0, done: 0}); // requests of each interval
let before, timer;

export async function show() {
  clearTimeout(timer);
  if ($('metrics').hidden) return;
  timer = setTimeout(guarded(show), every);
  draw(parse(await call('GET', '/metrics')));
}

// parse reads the text format of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/
function parse(text) {
  const labels = part => Object.fromEntries([...(part ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(m => [m[1], m[2]]));
  return [...text.matchAll(/^oxgroups_(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(m => ({name: m[1], ...labels(m[2]), value: Number(m[3])}));
}

function draw(samples) {
  // by adds up the samples of a metric by a label.
  const by = (name, label) => {
    const sums = new Map();
    for (const s of samples.filter(s => s.name === name)) sums.set(s[label], (sums.get(s[label]) ?? 0) + s.value);
    return [...sums];
  };
  const statuses = by('requests_total', 'status');
  const sum = (...kinds) => statuses.filter(([status]) => kinds.includes(kind(Number(status)))).reduce((n, s) => n + s[1], 0);
  const now = {n: sum('done', 'refused', 'failed'), done: sum('done')};
  if (before) rates.push({n: Math.max(0, now.n - before.n), done: Math.max(0, now.done - before.done)});
  if (rates.length > 60) rates.shift();
  before = now;
  const buckets = by('request_duration_seconds_bucket', 'le').map(([le, n]) => ({to: le === '+Inf' ? Infinity : Number(le), n}));
  buckets.sort((a, b) => a.to - b.to);
  const durations = buckets.map((b, i) => ({n: b.n - (buckets[i - 1]?.n ?? 0), from: buckets[i - 1]?.to ?? 0, to: b.to}));
  const rate = `${(rates.at(-1).n * 1000 / every).toFixed(1)} a second; the last two minutes`;
  $('metrics').replaceChildren(
    h('header', {}, h('h2', {}, 'Metrics'), h('p.none', {}, 'Since the server started. All of them: ', h('a', {href: '/metrics'}, '/metrics'))),
    h('div.cards', {},
      card('Requests', h('p.figure', {}, now.n.toLocaleString('en')), `${sum('refused')} refused, ${sum('failed')} failed`, columns(rates, rate), rate),
      card('Duration', h('p.figure', {}, now.n ? ms(quantile(durations, 0.5)) : '—'),
        now.n ? `median; 99 % within ${ms(quantile(durations, 0.99))}` : 'no requests yet', columns(durations, 'Requests by duration'), '0.5 ms to 10 s'),
      card('By status', bars(statuses, status => kind(Number(status)))),
      card('Rules that were broken', bars(by('violations_total', 'rule'))),
      card('Refused by a limit', bars(by('limit_refusals_total', 'limit')))));
}

const card = (title, ...content) => h('figure.card', {}, h('figcaption', {}, title),
  content.map(c => (typeof c === 'string' ? h('p.none', {}, c) : c)));

// columns draws a chart in which what was not done is red.
function columns(list, label) {
  const most = Math.max(1, ...list.map(c => c.n));
  return h('div.columns', {role: 'img', ariaLabel: label}, list.map(c => h(c.to ? 'i' : 'i.rate', {
    '--share': c.n / most, '--done': c.done / Math.max(1, c.n), title: c.to ? `${c.n} up to ${c.to} s` : String(c.n)})));
}

function bars(list, kindOf = () => 'refused') {
  const most = Math.max(...list.map(([, n]) => n));
  return list.length ? h('ul.bars', {}, list.sort((a, b) => b[1] - a[1]).map(([label, n]) => h('li', {}, h('span', {}, label),
    h('i.' + kindOf(label), {'--share': n / most}), h('b', {}, n.toLocaleString('en'))))) : 'None so far.';
}

// quantile returns milliseconds, between the bounds of the bucket in proportion.
function quantile(list, q) {
  let left = q * list.reduce((n, b) => n + b.n, 0);
  for (const b of list) {
    if (left <= b.n) return 1000 * (b.to === Infinity ? b.from : b.from + (b.to - b.from) * left / b.n);
    left -= b.n;
  }
}
