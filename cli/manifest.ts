import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tableDigests } from '../analysis/digest.js';
import { stableJson } from '../analysis/provenance.js';
import type { Database } from '../ingest/case/database.js';

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** `manifest.json`: hashes of all that went in and came out. No clock, no path of this machine. */
export async function manifest(db: Database, outputs: Readonly<Record<string, string>>): Promise<string> {
  const facts = await db.all<{ key: string; value: string }>(
    "SELECT key, value FROM provenance WHERE key NOT LIKE 'unfinished.%' ORDER BY key",
  );
  const inputs = await db.all(
    `SELECT c.path, c.sha256, c.bytes, s.kind, s.site, c.records, c.rejected
     FROM captures c JOIN sources s USING (source_id) ORDER BY c.sha256, c.path`,
  );
  const detections = await db.all(
    'SELECT detection, sql_sha256, status, parameters FROM detection_runs ORDER BY detection',
  );
  const feeds = await db.all('SELECT feed, sha256, entries FROM feeds ORDER BY feed');
  const value = {
    format: 'slipstream-manifest/1',
    provenance: Object.fromEntries(facts.map((f) => [f.key, f.value])),
    inputs: inputs.map((i) => ({
      ...i,
      bytes: Number(i.bytes),
      records: Number(i.records),
      rejected: Number(i.rejected),
    })),
    detections: detections.map((d) => ({ ...d, parameters: JSON.parse(String(d.parameters)) as unknown })),
    feeds: feeds.map((f) => ({ ...f, entries: Number(f.entries) })),
    tables: await tableDigests(db),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, path]) => [name, sha256(readFileSync(path))])),
  };
  return `${JSON.stringify(JSON.parse(stableJson(value)), null, 2)}\n`;
}
