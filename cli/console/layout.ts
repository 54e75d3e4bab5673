import { grouped } from '../../reports/format/numbers.js';
import { cell } from './cells.js';
import type { CaseConsole } from './console.js';
import { box } from './frame.js';
import type { HostTree } from './host-tree.js';
import type { Paint } from './paint.js';
import { tableLines } from './table.js';
import { clip, pad, width } from './text.js';
import { treeLines } from './tree.js';
import type { TableView } from './views.js';

/**
 * Draws the state for a terminal of `columns` by `rows`: its lines, the last one may be shorter. Also tells the console how many
 * rows its panes show.
 */
export function layout(state: CaseConsole, columns: number, rows: number, paint: Paint): string[] {
  if (columns < 40 || rows < 14) return [clip('terminal too small: 40×14 at least', columns)];
  const bar = statusBar(state, columns, paint);
  const height = rows - 1;
  state.visible.columns = columns - 2;
  const panes = state.overlay ? overlayFrame(state, columns, height, paint) : mainFrame(state, columns, height, paint);
  return [...panes, bar];
}

function mainFrame(state: CaseConsole, columns: number, height: number, paint: Paint): string[] {
  const { tree, panes, focus } = state;
  const left = Math.max(26, Math.min(56, Math.floor(columns * 0.36)));
  const right = columns - left;
  const infoRows = height >= 30 ? 8 : height >= 20 ? 7 : 4;
  const evidenceRows = Math.max(5, Math.floor(height * 0.32));
  const timelineRows = height - infoRows - evidenceRows;
  tree.visible = height - 2;
  Object.assign(state.visible, { timeline: timelineRows - 2, evidence: evidenceRows - 2 });
  const { chosen } = tree;
  const about = chosen ? `${cell(chosen.host.profile)}${chosen.window ? `, window ${chosen.window.tw}` : ''}` : '';
  const hosts = box(
    treeTitle(tree),
    hostLines(state, left - 2, height - 2, paint),
    left,
    height,
    focus === 'tree',
    paint,
  );
  const beside = [
    ...box(about || 'Host', infoLines(panes.info, right - 2, paint), right, infoRows, false, paint),
    ...tableBox(panes.timeline, ['Timeline', about], right, timelineRows, focus === 'timeline', paint),
    ...tableBox(panes.evidence, ['Evidence', about], right, evidenceRows, focus === 'evidence', paint),
  ];
  return hosts.map((line, i) => line + beside[i]!);
}

function treeTitle({ hosts, more, filter }: HostTree): string {
  const filters = [
    filter.search === '' ? '' : `/${filter.search}`,
    filter.alerted ? 'alerted' : '',
    `by ${filter.sort}`,
  ];
  const left = more > 0 ? `, ${grouped(more)} more` : '';
  return `Hosts ${grouped(hosts.length)}${left} · ${filters.filter((t) => t !== '').join(' ')}`;
}

function hostLines(state: CaseConsole, columns: number, lines: number, paint: Paint): string[] {
  const { tree } = state;
  if (tree.rows.length === 0) return [paint('muted', pad(state.busy ? 'reading…' : 'no host', columns))];
  return treeLines(tree.rows, (h) => tree.isOpen(h), tree.place, columns, lines, state.focus === 'tree', paint);
}

function infoLines(pairs: readonly (readonly [string, string])[], columns: number, paint: Paint): string[] {
  return pairs
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${paint('muted', pad(name, 11))}${pad(text, columns - 11)}`);
}

/** @param title what is shown, and whom it is about: the latter is left out where there is no room */
function tableBox(
  view: TableView,
  title: readonly [string, string],
  columns: number,
  rows: number,
  focused: boolean,
  paint: Paint,
): string[] {
  const lines = tableLines(view.model, view.place, columns - 2, rows - 2, focused, paint);
  const of = view.model.rows.length > 0 ? [view.model.days ?? '', countOf(view)] : [];
  const name = (parts: readonly string[]): string => [...parts, ...of].filter(Boolean).join(' · ');
  const whole = name(title);
  return box(width(whole) + 8 <= columns ? whole : name(title.slice(0, 1)), lines, columns, rows, focused, paint);
}

const countOf = (view: TableView): string => {
  const { rows, more, cut } = view.model;
  const filter = view.filtered === '' ? '' : ` /${view.filtered}`;
  return `${grouped(view.place.row + 1)}/${grouped(rows.length)}${more ? ` of ${grouped(rows.length + more)}` : cut ? ' and more' : ''}${filter}`;
};

function overlayFrame(state: CaseConsole, columns: number, height: number, paint: Paint): string[] {
  const overlay = state.overlay!;
  if (overlay.kind === 'loading') {
    return box(overlay.title, [paint('muted', pad('reading…', columns - 2))], columns, height, true, paint);
  }
  if (overlay.kind === 'text') {
    state.visible.overlay = height - 2;
    const all = overlay.view.lines(columns - 2);
    const lines = all.slice(overlay.view.top, overlay.view.top + height - 2).map((l) => pad(l, columns - 2));
    const below = all.length - overlay.view.top - lines.length;
    const title = below > 0 ? `${overlay.view.title} · ${below} more lines` : overlay.view.title;
    return box(title, lines, columns, height, true, paint);
  }
  const each = Math.floor(height / overlay.tables.length);
  state.visible.overlay = each - 2;
  return overlay.tables.flatMap((view, i) => {
    const rows = i === overlay.tables.length - 1 ? height - each * i : each;
    const { tables, title, about } = overlay;
    return tableBox(
      view,
      [tables.length === 1 ? title : view.model.title, about],
      columns,
      rows,
      i === overlay.active,
      paint,
    );
  });
}

const BUSY = 'reading…';
const OVERLAY_KEYS = ['h help', 'q quit', 'Esc back', 'Tab pane', '/ search', 'Enter open', 'x explain', 'c copy'];
const MAIN_KEYS = [
  ...['h help', 'q quit', 'Tab pane', 'Enter open', '/ find', 'f alerted', 'z evidence', 'i out', 'y in', 'b beacons'],
  ...['e d r s p t ports', 'x explain', 'c copy'],
];

function statusBar(state: CaseConsole, columns: number, paint: Paint): string {
  if (state.typing !== undefined) return pad(`/${state.typing}▏  Enter: search   Esc: leave`, columns);
  if (state.message !== '') return paint('warning', pad(state.message, columns));
  const keys = state.overlay ? OVERLAY_KEYS : MAIN_KEYS;
  let line = '';
  let used = 0;
  for (const text of keys) {
    if (used + width(text) + 2 > columns - BUSY.length) break;
    const [key, ...words] = text.split(' ');
    line += `${paint('key', key!)} ${words.join(' ')}  `;
    used += width(text) + 2;
  }
  const busy = state.busy ? BUSY : state.live ? 'live' : '';
  return line + pad(busy, columns - used, 'right');
}
