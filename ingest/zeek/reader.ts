import { readFileSync } from 'node:fs';
import { inputError } from '../../cli/errors.js';
import { asset } from '../../cli/package-root.js';
import type { CaseStore } from '../case/case-store.js';
import { lit } from '../case/sql.js';
import type { LoadContext, LoadResult, Reader } from '../reader.js';
import type { FileHead } from '../scan/file-head.js';
import { DETAIL_FIELDS, LABEL_FIELDS } from './fields.js';
import { loadJson } from './load-json.js';
import { loadTsv } from './load-tsv.js';

const finishSql = readFileSync(asset('ingest/zeek/finish-source.sql'), 'utf8');

/** Columns of `flows` that follow from others. */
const FROM_STATE = ['established', 'outcome', 'source_state', 'ended'];

/** Zeek logs, TSV or JSON lines, plain or compressed, with or without labels. */
export const reader: Reader = {
  kind: 'zeek',
  grouping: 'folder',
  text: true,
  continues: true,
  recognise,
  load,
  finishSource,
};

function recognise(head: FileHead): string | undefined {
  if (!head.isText) return undefined;
  const text = head.text.trimStart();
  if (/^#(separator|fields|path|set_separator)\b/m.test(text.slice(0, 4096)) && text.startsWith('#')) {
    const path = /^#path[^\S\n](\S+)/m.exec(text)?.[1];
    return path ? `Zeek ${path} log, TSV` : 'Zeek log, TSV';
  }
  if (text.startsWith('{') && isZeekObject(firstLine(text))) return 'Zeek log, JSON';
  if (text.startsWith('[') && /"id\.orig_h"\s*:/.test(text.slice(0, 65536))) return 'Zeek log, one JSON array';
  if (/^\d{5,}\.\d+\tC[0-9A-Za-z]{10,20}\t/.test(text)) return 'Zeek log, TSV without a header';
  return undefined;
}

const firstLine = (text: string): string => {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
};

/** Zeek's JSON: flat, `ts` or Zeek's own keys, and none of Suricata's. */
function isZeekObject(line: string): boolean {
  if (/"event_type"\s*:/.test(line)) return false;
  return /"(ts|id\.orig_h|uid|_path|fuid)"\s*:/.test(line) || /^\{"name":"[^"]*\.zeek"/.test(line);
}

async function load(context: LoadContext): Promise<LoadResult> {
  const text = context.file.head.text.trimStart();
  if (text.startsWith('[')) {
    throw inputError("one JSON array; slipstream reads one object per line (jq -c '.[]' makes that)");
  }
  const loaded = text.startsWith('{') ? await loadJson(context) : await loadTsv(context);
  const { type } = loaded;
  if (context.options.label && type.table === 'flows') await labelAll(context, context.options.label);
  const fields = loaded.fields.filter((f) => f.column !== undefined).map((f) => `${type.table}.${f.column}`);
  const has = (column: string): boolean => fields.includes(`flows.${column}`);
  if (type.table === 'flows') {
    if (has('conn_state')) fields.push(...FROM_STATE.map((c) => `flows.${c}`));
    if (has('orig_ip_bytes') || has('orig_bytes')) fields.push('flows.orig_size', 'flows.resp_size');
    fields.push('flows.orientation');
  }
  const labelled = loaded.names.some((n) => LABEL_FIELDS.includes(n) || DETAIL_FIELDS.includes(n));
  return {
    records: loaded.records,
    tables: [type.table],
    fields,
    details: { log: type.path, table: type.table, ...(labelled ? { labelled: true } : {}) },
  };
}

async function labelAll(context: LoadContext, label: string): Promise<void> {
  await context.store.db.run(
    `INSERT INTO labels SELECT source_id, uid, ${lit(label)}, NULL, label_class(${lit(label)}), 'option'
     FROM flows WHERE capture_id = ${lit(context.captureId)} AND uid NOT IN (
       SELECT uid FROM labels WHERE source_id = ${lit(context.sourceId)})`,
  );
}

async function finishSource(store: CaseStore, sourceId: string): Promise<void> {
  if ((await store.db.number(`SELECT count(*) FROM ssl WHERE source_id = ${lit(sourceId)}`)) === 0) return;
  await store.db.run(finishSql.replaceAll('$source_id', lit(sourceId)));
}
