import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CaseStore } from '../case/case-store.js';
import type { Row } from '../case/database.js';
import { type IngestOptions, ingest } from '../ingest.js';

type Event = Record<string, unknown>;

let dir: string;
let store: CaseStore;
let sql: (text: string) => Promise<Row[]>;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'eve-'));
  store = await CaseStore.open(join(dir, 'case.duckdb'), { mode: 'create', threads: 2 });
  sql = (text) => store.db.all(text);
});

afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

const T = '2024-05-01T10:00:00.000000+0200';
const at = (seconds: number): string => `2024-05-01T10:00:0${seconds.toFixed(6)}+0200`;

const event = (type: string, more: Event): Event => ({
  timestamp: T,
  flow_id: 1,
  event_type: type,
  src_ip: '10.0.0.5',
  src_port: 40000,
  dest_ip: '192.0.2.1',
  dest_port: 80,
  proto: 'TCP',
  ...more,
});
const turned = { src_ip: '192.0.2.1', src_port: 80, dest_ip: '10.0.0.5', dest_port: 40000 };
const flow = (more: Event, counters: Event = {}): Event =>
  event('flow', {
    app_proto: 'http',
    flow: {
      ...{ pkts_toserver: 5, pkts_toclient: 4, bytes_toserver: 500, bytes_toclient: 400 },
      ...{ start: at(0), end: at(1.5), age: 1, state: 'closed', reason: 'timeout', alerted: false },
      ...counters,
    },
    tcp: { tcp_flags: '1b', tcp_flags_ts: '1b', tcp_flags_tc: '1b', syn: true, state: 'closed' },
    ...more,
  });

async function load(lines: readonly (Event | string)[], options: IngestOptions = {}, name = 'eve.json'): Promise<void> {
  const text = lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n');
  writeFileSync(join(dir, name), `${text}\n`);
  await ingest(store, [join(dir, name)], options);
}

const rejects = (): Promise<Row[]> => sql('SELECT place, reason FROM rejects ORDER BY place');

describe('flow events', () => {
  it('become flows with IP bytes, seconds and UTC times', async () => {
    await load([flow({ vlan: [7, 8], community_id: '1:x', host: 'sensor', unheard_of: { a: 1 } })]);
    const [row] = await sql('SELECT * FROM flows');
    expect(row).toMatchObject({
      ...{ row: '1', uid: '1', ts: '2024-05-01 08:00:00', duration: 1.5, orig_h: '10.0.0.5', orig_p: 40000 },
      ...{ resp_h: '192.0.2.1', resp_p: 80, proto: 'tcp', service: 'http', orig_bytes: null, orig_pkts: '5' },
      ...{ orig_ip_bytes: '430', resp_ip_bytes: '344', orig_size: '430', resp_size: '344', established: true },
      ...{ outcome: 'established', orientation: 'seen', ended: 'closed', vlan: 7, inner_vlan: 8 },
      ...{ community_id: '1:x', source_state: 'closed' },
    });
    expect(JSON.parse(row!.extra as string)).toEqual({
      flow: { reason: 'timeout', alerted: false },
      tcp: { tcp_flags_ts: '1b', tcp_flags_tc: '1b', state: 'closed' },
      host: 'sensor',
      unheard_of: { a: 1 },
    });
  });

  it('keep unknown keys whatever their names', async () => {
    const names = [
      "a'b",
      'a"b',
      '$src',
      '{{x}}',
      'content',
      'rest',
      'ended',
      'n',
      'line',
      'swapped',
      'v',
      'Select',
      'é',
    ];
    const odd = Object.fromEntries(names.map((name, i) => [name, i]));
    await load([
      flow({ ...odd, Host: 'H', host: 'h' }, odd),
      event('http', { ...odd, flow_id: 2, http: { ...odd, hostname: 'x' } }),
    ]);
    const [row] = await sql('SELECT extra FROM flows');
    expect(JSON.parse(row!.extra as string)).toMatchObject({ ...odd, flow: odd });
    const [http] = await sql('SELECT host, extra FROM http');
    expect(JSON.parse(http!.extra as string)).toEqual({ ...odd, http: odd });
    expect(await rejects()).toEqual([]);
  });

  it.each([
    ['closed', '02', '14', 1, 1, false, 'rejected'],
    ['closed', '06', '12', 2, 1, false, 'reset'],
    ['closed', '1e', '1b', 4, 4, true, 'established'],
    ['closed', '00', '00', 4, 4, true, 'established'],
    ['new', '02', '00', 3, 0, false, 'no_reply'],
    ['new', '02', '12', 1, 1, false, 'partial'],
    ['new', '00', '00', 9, 9, null, 'unknown'],
    ['established', '1a', '1a', 4, 4, true, 'established'],
  ])('TCP %s with flags %s and %s, %i and %i packets', async (state, ts, tc, a, b, established, outcome) => {
    await load([
      flow(
        { tcp: { tcp_flags_ts: ts, tcp_flags_tc: tc } },
        { state, pkts_toserver: a, pkts_toclient: b, bytes_toserver: a * 60, bytes_toclient: b * 60 },
      ),
    ]);
    expect(await sql('SELECT established, outcome FROM flows')).toEqual([{ established, outcome }]);
  });

  it('give ICMP types in place of ports, IPv6 in short form', async () => {
    const icmp = { src_port: undefined, dest_port: undefined, tcp: undefined, app_proto: 'failed' };
    await load([
      flow({ ...icmp, flow_id: 1, proto: 'ICMP', icmp_type: 8, icmp_code: 0 }),
      flow({
        ...{ ...icmp, flow_id: 2, proto: 'IPv6-ICMP', icmp_type: 1, icmp_code: 4 },
        src_ip: 'fe80:0000:0000:0000:0a00:27ff:fe97:0001',
        dest_ip: '2001:0db8:0000:0000:0000:0000:0000:0001',
      }),
    ]);
    expect(await sql('SELECT proto, orig_h, orig_p, resp_h, resp_p, service FROM flows ORDER BY flow_id')).toEqual([
      { proto: 'icmp', orig_h: '10.0.0.5', orig_p: 8, resp_h: '192.0.2.1', resp_p: 0, service: null },
      { proto: 'icmp', orig_h: 'fe80::a00:27ff:fe97:1', orig_p: 1, resp_h: '2001:db8::1', resp_p: 4, service: null },
    ]);
  });

  it('label every flow of the run', async () => {
    await load([flow({}), event('alert', { flow_id: 2, alert: { signature: 'x' } })], { label: 'malicious' });
    expect(await sql('SELECT uid, label, class, origin FROM labels ORDER BY uid')).toEqual([
      { uid: '1', label: 'malicious', class: 'malicious', origin: 'option' },
      { uid: '2', label: 'malicious', class: 'malicious', origin: 'option' },
    ]);
  });
});

describe('netflow events', () => {
  const half = (more: Event, netflow: Event): Event =>
    event('netflow', { ...more, netflow: { pkts: 3, bytes: 300, start: at(0), end: at(2), age: 2, ...netflow } });

  it('two one-way records make one flow', async () => {
    await load([half({}, {}), half(turned, { pkts: 2, bytes: 200 })]);
    expect(await sql('SELECT uid, orig_h, orig_pkts, resp_pkts, orig_size, resp_size, duration FROM flows')).toEqual([
      { uid: '1', orig_h: '10.0.0.5', orig_pkts: '3', resp_pkts: '2', orig_size: '258', resp_size: '172', duration: 2 },
    ]);
    expect(await sql('SELECT records FROM captures')).toEqual([{ records: '2' }]);
  });

  it('give way to the flow event, in the same or another file', async () => {
    const write = (name: string, lines: Event[]): string => {
      writeFileSync(join(dir, name), `${lines.map((l) => JSON.stringify(l)).join('\n')}\n`);
      return join(dir, name);
    };
    await ingest(store, [
      write('eve.json', [half({}, {}), half(turned, {}), flow({})]),
      write(
        'netflow.json',
        [2, 3].flatMap((id) => [half({ flow_id: id }, {}), half({ ...turned, flow_id: id }, {})]),
      ),
      write('flow2.json', [flow({ flow_id: 2 })]),
      write('flow3.json', [flow({ flow_id: 3 })]),
    ]);
    expect(await sql('SELECT uid, orig_pkts FROM flows ORDER BY uid')).toEqual([
      { uid: '1', orig_pkts: '5' },
      { uid: '2', orig_pkts: '5' },
      { uid: '3', orig_pkts: '5' },
    ]);
    expect(await rejects()).toEqual([]);
  });
});

describe('events and their flows', () => {
  it('an alert of a reply is turned to the originator of its flow', async () => {
    await load([event('alert', { ...turned, alert: { signature: 'x', signature_id: 5, severity: 1 } }), flow({})]);
    expect(await sql('SELECT orig_h, orig_p, resp_h, signature_id FROM suricata_alert')).toEqual([
      { orig_h: '10.0.0.5', orig_p: 40000, resp_h: '192.0.2.1', signature_id: '5' },
    ]);
    expect(await sql('SELECT count(*)::INT AS n FROM flows')).toEqual([{ n: 1 }]);
  });

  it('the flow may stand in another file of the source', async () => {
    writeFileSync(join(dir, 'flow.json'), `${JSON.stringify(flow({}))}\n`);
    await load([event('alert', { ...turned, alert: { signature: 'x' } })]);
    await ingest(store, [join(dir, 'flow.json'), join(dir, 'eve.json')]);
    expect((await sql('SELECT DISTINCT orig_h FROM suricata_alert'))[0]).toEqual({ orig_h: '10.0.0.5' });
  });

  it('alerts without a flow event make one flow per flow_id', async () => {
    const counters = { pkts_toserver: 1, pkts_toclient: 0, bytes_toserver: 60, bytes_toclient: 0, start: at(0) };
    await load([
      event('alert', { timestamp: at(1), alert: { signature: 'a' }, flow: counters }),
      event('alert', { timestamp: at(2), alert: { signature: 'b' }, flow: { ...counters, pkts_toserver: 4 } }),
      event('alert', { ...turned, flow_id: 2, direction: 'to_client', alert: { signature: 'c' } }),
      event('anomaly', { flow_id: 3, anomaly: { type: 'stream', event: 'stream.x', layer: 'proto_parser' } }),
    ]);
    expect(
      await sql('SELECT uid, ts, orig_h, orig_pkts, ended, orientation, outcome, "row" FROM flows ORDER BY uid'),
    ).toEqual([
      {
        ...{ uid: '1', ts: '2024-05-01 08:00:00', orig_h: '10.0.0.5', orig_pkts: '4', ended: 'event' },
        ...{ orientation: 'seen', outcome: 'unknown', row: '1' },
      },
      {
        ...{ uid: '2', ts: '2024-05-01 08:00:00', orig_h: '10.0.0.5', orig_pkts: null, ended: 'event' },
        ...{ orientation: 'seen', outcome: 'unknown', row: '2' },
      },
      {
        ...{ uid: '3', ts: '2024-05-01 08:00:00', orig_h: '10.0.0.5', orig_pkts: null, ended: 'event' },
        ...{ orientation: 'guessed', outcome: 'unknown', row: '3' },
      },
    ]);
    expect(await sql('SELECT records FROM captures')).toEqual([{ records: '4' }]);
  });

  it('a flow event that comes later takes the place of the made one', async () => {
    await load([event('alert', { alert: { signature: 'a' } })]);
    await load([event('alert', { alert: { signature: 'a' } }), flow({})]);
    expect(await sql('SELECT ended, "row", flow_id FROM flows')).toEqual([{ ended: 'closed', row: '1', flow_id: '0' }]);
    expect(await sql('SELECT count(*)::INT AS n FROM captures')).toEqual([{ n: 1 }]);
  });
});

describe('lines that are no events', () => {
  it('are rejected with their numbers, the others are read', async () => {
    await load([
      flow({ flow_id: 1 }),
      '',
      '{"timestamp": "2024',
      '[1, 2]',
      flow({ flow_id: 2 }, { pkts_toserver: -1 }),
      flow({ flow_id: 3, timestamp: 'yesterday' }),
      flow({ flow_id: 4, timestamp: undefined }),
      flow({ flow_id: 5, src_ip: '10.0.0.256' }),
      flow({ flow_id: 6, dest_port: 70000 }),
      flow({ flow_id: 7 }, { start: at(2), end: at(1) }),
      flow({ flow_id: 8, timestamp: '1900-01-00T00:00:00.000000+0000' }),
      event('dns', { dns: { type: 'query', id: 99999 } }),
      event('http', { http: 'no object' }),
      '{"timestamp": "2024-05-01T10:00:00+0000", "event_type": "x", "event_type": "y"}',
      flow({ flow_id: 9, timestamp: '1969-12-31T00:00:00+0000' }),
    ]);
    expect(await rejects()).toEqual([
      { place: 'line 10', reason: 'flow ends before it starts' },
      { place: 'line 11', reason: 'timestamp is not a time' },
      { place: 'line 12', reason: 'dns.id is no number in range' },
      { place: 'line 13', reason: 'no http object' },
      { place: 'line 14', reason: 'key event_type twice' },
      { place: 'line 15', reason: 'timestamp out of range' },
      { place: 'line 3', reason: 'broken JSON' },
      { place: 'line 4', reason: 'not a JSON object' },
      { place: 'line 5', reason: 'negative counter' },
      { place: 'line 6', reason: 'timestamp is not a time' },
      { place: 'line 7', reason: 'no timestamp' },
      { place: 'line 8', reason: 'invalid address' },
      { place: 'line 9', reason: 'port out of range' },
    ]);
    expect(await sql('SELECT uid FROM flows')).toEqual([{ uid: '1' }]);
    expect(await sql('SELECT records, rejected FROM captures')).toEqual([{ records: '1', rejected: '13' }]);
  });

  it('keep their place in a file that DuckDB reads as it is', async () => {
    await load(['', flow({ flow_id: 1 }), '', flow({ flow_id: 2, src_ip: 'x' })]);
    expect(await rejects()).toEqual([{ place: 'line 4', reason: 'invalid address' }]);
    expect(await sql('SELECT left(sample, 12) AS s FROM rejects')).toEqual([{ s: '{"timestamp"' }]);
  });
});

describe('files', () => {
  it('are known by content, compressed ones too', async () => {
    writeFileSync(join(dir, 'log'), gzipSync(`${JSON.stringify(flow({}))}\n`));
    const [result] = await ingest(store, [join(dir, 'log')]);
    expect(result).toMatchObject({ kind: 'suricata', what: 'Suricata EVE log', records: 1 });
  });

  it('that grew are read on from where they ended', async () => {
    const first = [flow({ flow_id: 1 }), event('alert', { flow_id: 3, alert: { signature: 'a' } })];
    await load(first);
    await load([...first, flow({ flow_id: 2 }), flow({ flow_id: 4, src_ip: 'bad' })]);
    expect(await sql('SELECT uid, "row", flow_id FROM flows ORDER BY flow_id')).toEqual([
      { uid: '1', row: '1', flow_id: '0' },
      { uid: '2', row: '2', flow_id: '1' },
      { uid: '3', row: '3', flow_id: '2' },
    ]);
    expect(await rejects()).toEqual([{ place: 'line 4', reason: 'invalid address' }]);
    expect(await sql('SELECT records, rejected FROM captures')).toEqual([{ records: '3', rejected: '1' }]);
  });
});
