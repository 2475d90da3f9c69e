/** What the page does beyond showing itself: opening logs, searching, switching the theme. Everything is readable without it. */
export const reportScript: string = `
const root = document.documentElement;
const logs = [...document.querySelectorAll('details.log')];
const byId = (id) => document.getElementById(id);
const dark = matchMedia('(prefers-color-scheme: dark)');
byId('theme').addEventListener('click', () => {
  const now = root.dataset.theme || (dark.matches ? 'dark' : 'light');
  root.dataset.theme = now === 'dark' ? 'light' : 'dark';
});
const open = () => {
  const target = location.hash && byId(location.hash.slice(1));
  if (!target || target.tagName !== 'DETAILS') return;
  target.hidden = false;
  target.open = true;
  target.scrollIntoView({ block: 'start' });
  target.querySelector('summary').focus({ preventScroll: true });
};
addEventListener('hashchange', open);
open();
const texts = logs.map((log) => log.textContent.toLowerCase());
const filter = () => {
  const words = byId('search').value.toLowerCase().split(/\\s+/).filter(Boolean);
  const state = byId('state').value;
  let found = 0;
  logs.forEach((log, index) => {
    const fits = words.every((word) => texts[index].includes(word)) && (!state || log.dataset.state === state);
    log.hidden = !fits;
    if (words.length > 0) log.open = fits && found < 20;
    if (fits) found += 1;
  });
  byId('found').textContent = words.length > 0 || state ? found + ' of ' + logs.length : '';
};
byId('search').addEventListener('input', filter);
byId('state').addEventListener('input', filter);
byId('open-all').addEventListener('click', (event) => {
  const close = logs.every((log) => log.open || log.hidden);
  for (const log of logs) log.open = !close && !log.hidden;
  event.currentTarget.textContent = close ? 'Open all' : 'Close all';
});
const light = (index, on) => {
  for (const each of document.querySelectorAll('[data-node="' + index + '"]')) each.classList.toggle('lit', on);
};
for (const each of document.querySelectorAll('[data-node]')) {
  const { node } = each.dataset;
  each.addEventListener('pointerenter', () => light(node, true));
  each.addEventListener('pointerleave', () => light(node, false));
}
`;
