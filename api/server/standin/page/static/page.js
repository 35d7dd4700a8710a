// The address says what is shown: /#/requests/12, /#/groups/7, /#/faults, /#/metrics, /docs.
import {$, guarded} from './dom.js';
import * as docs from './docs.js';
import * as faults from './faults.js';
import * as groups from './groups.js';
import * as metrics from './metrics.js';
import * as requests from './requests.js';

const views = location.pathname === '/docs' ? {docs} : {requests, groups, faults, metrics};
let current;

const route = guarded(() => {
  const [, name, id = ''] = location.hash.split('/');
  current = Object.hasOwn(views, name) ? name : Object.keys(views)[0];
  for (const view in views) $(view).hidden = view !== current;
  for (const link of document.querySelectorAll('nav a')) {
    const isCurrent = [`/#/${current}`, `/${current}`].includes(link.getAttribute('href'));
    link.ariaCurrent = isCurrent ? 'page' : null;
    if (isCurrent) document.title = link.firstChild.textContent + ' · oxgroupsd';
  }
  $(current).classList.toggle('open', id !== '');
  return views[current].show?.(id);
});

document.addEventListener('submit', event => event.preventDefault()); // scripts send what forms have
document.addEventListener('keydown', event => {
  if (event.key !== 'Escape' || event.defaultPrevented || !location.hash.split('/')[2]) return;
  location.hash = '#/' + current;
  document.querySelector(`#${current} [aria-current], #${current} .list[tabindex]`).focus();
});
addEventListener('hashchange', route);
for (const view of Object.values(views)) guarded(async () => view.start?.())();
route();
