import { grouped } from '../../reports/format/numbers.js';
import { cell } from './cells.js';
import type { CaseConsole } from './console.js';
import { box } from './frame.js';
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
  const left = Math.max(26, Math.min(56, Math.floor(columns * 0.36)));
  const right = columns - left;
  const infoRows = height >= 30 ? 8 : height >= 20 ? 7 : 4;
  const evidenceRows = Math.max(5, Math.floor(height * 0.32));
  const timelineRows = height - infoRows - evidenceRows;
  Object.assign(state.visible, { tree: height - 2, timeline: timelineRows - 2, evidence: evidenceRows - 2 });
  const more = state.moreHosts > 0 ? `, ${grouped(state.moreHosts)} more` : '';
  const filters = [
    state.filter.search === '' ? '' : `/${state.filter.search}`,
    state.filter.alerted ? 'alerted' : '',
    `by ${state.filter.sort}`,
  ];
  const rows = state.rows;
  const tree =
    rows.length === 0
      ? [paint('muted', pad(state.busy ? 'reading…' : 'no host', left - 2))]
      : treeLines(rows, state.open, state.tree, left - 2, height - 2, state.focus === 'tree', paint);
  const { chosen } = state;
  const about = chosen ? `${cell(chosen.host.profile)}${chosen.window ? `, window ${chosen.window.tw}` : ''}` : '';
  const hosts = box(
    `Hosts ${grouped(state.hosts.length)}${more} · ${filters.filter((t) => t !== '').join(' ')}`,
    tree,
    left,
    height,
    state.focus === 'tree',
    paint,
  );
  const beside = [
    ...box(about || 'Host', infoLines(state.info, right - 2, paint), right, infoRows, false, paint),
    ...tableBox(state.timeline, `Timeline ${about}`, right, timelineRows, state.focus === 'timeline', paint),
    ...tableBox(state.evidence, `Evidence ${about}`, right, evidenceRows, state.focus === 'evidence', paint),
  ];
  return hosts.map((line, i) => line + beside[i]!);
}

function infoLines(pairs: readonly (readonly [string, string])[], columns: number, paint: Paint): string[] {
  return pairs
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${paint('muted', pad(name, 11))}${pad(text, columns - 11)}`);
}

function tableBox(
  view: TableView,
  title: string,
  columns: number,
  rows: number,
  focused: boolean,
  paint: Paint,
): string[] {
  const lines = tableLines(view.model, view.place, columns - 2, rows - 2, focused, paint);
  return box(`${title}${countOf(view)}`, lines, columns, rows, focused, paint);
}

const countOf = (view: TableView): string => {
  const { rows, more, cut } = view.model;
  if (rows.length === 0) return '';
  const filter = view.filtered === '' ? '' : ` /${view.filtered}`;
  return ` · ${grouped(view.place.row + 1)}/${grouped(rows.length)}${more ? ` of ${grouped(rows.length + more)}` : cut ? ' and more' : ''}${filter}`;
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
    const title =
      overlay.tables.length === 1 ? overlay.title : `${view.model.title} · ${overlay.title.replace(/^.* of /, '')}`;
    return tableBox(view, title, columns, rows, i === overlay.active, paint);
  });
}

function statusBar(state: CaseConsole, columns: number, paint: Paint): string {
  if (state.typing !== undefined) return pad(`/${state.typing}▏  Enter: search   Esc: leave`, columns);
  if (state.message !== '') return paint('warning', pad(state.message, columns));
  const keys = state.overlay
    ? ['Esc back', 'Tab pane', '/ search', 'Enter open', 'x explain', 'c copy', 'h help', 'q quit']
    : [
        'h help',
        'Tab pane',
        'Enter open',
        '/ find',
        'f alerted',
        'z evidence',
        'b beacons',
        'i out',
        'y in',
        'e d r s p t ports',
        'x explain',
        'q quit',
      ];
  let line = '';
  let used = 0;
  for (const text of keys) {
    if (used + width(text) + 2 > columns - 9) break;
    const [key, ...words] = text.split(' ');
    line += `${paint('key', key!)} ${words.join(' ')}  `;
    used += width(text) + 2;
  }
  const busy = state.busy ? 'reading…' : state.live ? 'live' : '';
  return line + pad(busy, columns - used, 'right');
}
