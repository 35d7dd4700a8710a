// The theme is the system's until the switch is used. This runs before the page is painted.
const root = document.documentElement;
const system = matchMedia('(prefers-color-scheme: dark)');
if (localStorage.theme) root.dataset.theme = localStorage.theme;
document.addEventListener('click', event => {
  if (event.target.id !== 'theme') return;
  const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;
  root.dataset.theme = localStorage.theme = isDark ? 'light' : 'dark';
});
