'use strict';
document.documentElement.classList.add('js');
document.addEventListener('DOMContentLoaded', () => {
  const tables = [...document.querySelectorAll('table[data-paged]')].map(paged);
  const reveal = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && document.getElementById(id);
    if (!target) return;
    for (const table of tables) table.show(target);
    for (let d = target.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
    target.scrollIntoView({ block: 'nearest' });
  };
  addEventListener('hashchange', reveal);
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.getAttribute('href') === location.hash) reveal();
  });
  reveal();
  for (const place of document.querySelectorAll('[data-copy]')) copyButton(place);

  let closed = [];
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details.card:not([open])')];
    for (const d of closed) d.open = true;
  });
  addEventListener('afterprint', () => {
    for (const d of closed) d.open = false;
  });
});

function copyButton(place) {
  const texts = () => [...document.getElementById(place.dataset.copy).querySelectorAll('[data-copy-text]')].map((t) => t.textContent);
  const button = document.createElement('button');
  const status = document.createElement('span');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = `Copy ${place.dataset.copyWhat}`;
  status.setAttribute('role', 'status');
  button.addEventListener('click', async () => {
    const text = texts().join('\n');
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement('textarea');
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
      button.focus();
    }
    status.textContent = 'Copied';
  });
  place.append(button, status);
}

function paged(table) {
  const controls = document.querySelector(`[data-controls="${table.id}"]`);
  const none = document.querySelector(`[data-none="${table.id}"]`);
  const find = (name) => controls.querySelector(name);
  const filter = find('[data-filter]');
  const picks = [...controls.querySelectorAll('[data-pick]')];
  const size = find('[data-size]');
  const status = find('[data-status]');
  const steps = [...controls.querySelectorAll('[data-step]')];
  const heads = [...table.querySelectorAll('th[data-sort]')];
  const rank = (row) => Number(row.dataset.rank);
  let rows = [...table.tBodies];
  let kept = rows;
  let page = 0;
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };

  const draw = () => {
    const per = Number(size.value);
    const pages = Math.max(1, Math.ceil(kept.length / per));
    page = Math.min(Math.max(0, page), pages - 1);
    const from = page * per;
    for (const row of table.querySelectorAll('.on-page')) row.classList.remove('on-page');
    const shown = kept.slice(from, from + per);
    for (const row of shown) row.classList.add('on-page');
    none.hidden = kept.length > 0;
    const of = kept.length === rows.length ? '' : `, ${rows.length} in all`;
    status.textContent = kept.length === 0 ? `none of ${rows.length}` : `${from + 1}–${from + shown.length} of ${kept.length}${of}`;
    steps[0].disabled = page === 0;
    steps[1].disabled = page === pages - 1;
  };

  const select = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    kept = rows.filter(
      (row) =>
        picks.every((p) => p.value === '' || row.dataset[p.dataset.pick] === p.value) &&
        words.every((word) => textOf(row).includes(word)),
    );
    page = 0;
    draw();
  };

  const sort = (head, direction) => {
    for (const h of heads) h.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', direction);
    const name = head.dataset.sort;
    const numeric = 'down' in head.dataset;
    const text = (row) => row.dataset[name] ?? row.rows[0].cells[head.cellIndex].textContent.trim();
    const key = (row) => (numeric ? Number(text(row).replaceAll(',', '')) : text(row));
    const sign = direction === 'ascending' ? 1 : -1;
    const compare = (a, b) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : rank(a) - rank(b));
    rows = [...rows].sort(compare);
    table.append(...rows);
    select();
  };

  for (const head of heads) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sort';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const first = 'down' in head.dataset ? 'descending' : 'ascending';
      const other = first === 'ascending' ? 'descending' : 'ascending';
      sort(head, head.getAttribute('aria-sort') === first ? other : first);
    });
  }
  const open = (button, yes) => {
    button.setAttribute('aria-expanded', String(yes));
    document.getElementById(button.getAttribute('aria-controls')).classList.toggle('open', yes);
  };
  for (const button of table.querySelectorAll('.toggle')) {
    button.disabled = false;
    button.setAttribute('aria-expanded', 'false');
  }
  table.addEventListener('click', (event) => {
    const button = event.target.closest('.toggle');
    if (button) open(button, button.getAttribute('aria-expanded') !== 'true');
  });
  filter.addEventListener('input', select);
  for (const pick of picks) pick.addEventListener('change', select);
  size.addEventListener('change', () => {
    page = 0;
    draw();
  });
  for (const step of steps) {
    step.addEventListener('click', () => {
      page += Number(step.dataset.step);
      draw();
      if (step.disabled) steps.find((s) => !s.disabled)?.focus();
    });
  }
  controls.hidden = false;
  draw();

  return {
    show(target) {
      const row = target.closest('tbody');
      if (!row || !rows.includes(row)) return;
      if (!kept.includes(row)) {
        filter.value = '';
        for (const pick of picks) pick.value = '';
        select();
      }
      page = Math.floor(kept.indexOf(row) / Number(size.value));
      draw();
      const button = row.querySelector('.toggle');
      open(button, true);
      button.focus({ preventScroll: true });
    },
  };
}
