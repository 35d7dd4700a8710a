// The theme is the system's until the switch is used. This runs before the page is painted.
const system = matchMedia('(prefers-color-scheme: dark)');
const apply = () => { document.documentElement.dataset.theme = localStorage.theme ?? (system.matches ? 'dark' : 'light'); };
apply();
system.addEventListener('change', apply);
document.addEventListener('click', event => {
  if (event.target.id === 'theme') localStorage.theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  apply();
});
