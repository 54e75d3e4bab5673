import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, OFFICE } from '../../test/support/fixtures.js';
import { type TestCase, testCase } from '../../test/support/test-case.js';
import { detect } from '../detect.js';
import { defaultOptions } from '../options.js';
import { type Activity, hostTimeline, type TimelineQuestion } from './timeline.js';

const options = { ...defaultOptions, homeNet: OFFICE.split(',') };
const HOST = '192.168.50.23';

async function lines(c: TestCase, question: TimelineQuestion): Promise<Activity[]> {
  const out: Activity[] = [];
  await hostTimeline(c.store.db, question, (a) => void out.push(a));
  return out;
}

describe('the story of the office', () => {
  let c: TestCase;
  beforeAll(async () => {
    c = await testCase([fixture('office-zeek-tsv')]);
    await detect(c.store, options);
  }, 180_000);
  afterAll(() => c.close());

  it('has a line for every flow, record, finding and alert of the host, and no second one', async () => {
    const story = await lines(c, { profile: HOST });
    const [want] = await c.rows<Record<string, string>>(
      `WITH mine AS (FROM flows WHERE '${HOST}' IN (orig_h, resp_h)),
         records AS (${['dns', 'http', 'ssl', 'ssh', 'smtp'].map((t) => `SELECT '${t}' AS t, uid FROM ${t} WHERE '${HOST}' IN (orig_h, resp_h)`).join(' UNION ALL ')})
       SELECT (SELECT count(*) FROM records) AS records,
         (SELECT count(*) FROM mine WHERE uid NOT IN (SELECT uid FROM records)) AS others,
         (SELECT count(*) FROM evidence WHERE profile = '${HOST}' AND weight > 0) AS findings,
         (SELECT count(*) FROM alerts WHERE profile = '${HOST}') AS alerts`,
    );
    const n = (...kinds: string[]): number => story.filter((a) => kinds.includes(a.kind)).length;
    expect(n('dns', 'http', 'tls', 'ssh', 'smtp')).toBe(Number(want!.records));
    expect(n('flow', 'icmp')).toBe(Number(want!.others));
    expect(n('finding')).toBe(Number(want!.findings));
    expect(n('alert')).toBe(Number(want!.alerts));
    expect(Number(want!.records)).toBeGreaterThan(100);
    expect(Number(want!.others)).toBeGreaterThan(50);
    expect(story.map((a) => a.ts)).toEqual([...story.map((a) => a.ts)].sort());
  });

  it('reads as what happened', async () => {
    const story = (await lines(c, { profile: HOST })).map((a) => `${a.ts.slice(11, 19)} ${a.summary}`);
    expect(story).toContain('08:41:03 asked 192.168.50.1 for files.invoice-portal.test (A): 203.0.113.80');
    expect(story).toContain(
      '08:41:03 GET http://files.invoice-portal.test/2026/02/invoice.pdf.exe at files.invoice-portal.test (203.0.113.80:80): 200 OK, application/x-dosexec, body of 188 kB in the response',
    );
    expect(story).toContain(
      '08:44:00 HTTPS to sync.telemetry.test (203.0.113.66:443): TLSv12, resumed, no server name, 838 B sent, 827 B received, 244 ms',
    );
    expect(story).toContain(
      '09:05:00 microsoft-ds (445/tcp) to 192.168.50.101: refused, 60 B sent, 40 B received, 0 ms',
    );
    expect(story.some((l) => /high: Horizontal port scan to port 445/.test(l))).toBe(true);
  });

  it('stores the windows that count, the same lines as on demand', async () => {
    const stored = await c.rows<{ tw_start: string; lines: string; texts: string }>(
      `SELECT tw_start::VARCHAR AS tw_start, count(*)::VARCHAR AS lines, string_agg(summary, '|' ORDER BY ts, flow_id, kind, summary, details::VARCHAR) AS texts
       FROM timeline WHERE profile = '${HOST}' GROUP BY 1 ORDER BY 1`,
    );
    const story = await lines(c, { profile: HOST });
    expect(stored.length).toBeGreaterThan(2);
    for (const window of stored) {
      const here = story.filter((a) => a.tw_start === window.tw_start);
      expect(window.texts).toBe(here.map((a) => a.summary).join('|'));
    }
    expect(
      await c.rows(
        `SELECT count(*)::INTEGER AS n FROM (SELECT DISTINCT profile, tw_start FROM evidence WHERE counts)
         ANTI JOIN timeline USING (profile, tw_start)`,
      ),
    ).toEqual([{ n: 0 }]);
  });

  it('keeps to a limit and to a time, whatever the way it is reached', async () => {
    const story = await lines(c, { profile: HOST });
    for (const limit of [1, 7, 60, story.length, story.length + 1]) {
      const some: Activity[] = [];
      const said = await hostTimeline(c.store.db, { profile: HOST, limit }, (a) => void some.push(a));
      expect(some).toEqual(story.slice(0, limit));
      expect(said).toEqual({ lines: Math.min(limit, story.length), more: limit < story.length });
    }
    const part = await lines(c, { profile: HOST, since: '2026-03-02 09:00:00', until: '2026-03-02 09:10:00' });
    expect(part).toEqual(story.filter((a) => a.ts >= '2026-03-02 09:00:00' && a.ts < '2026-03-02 09:10:00'));
  });

  it('leaves windows out of the table when there is no room, and counts them', async () => {
    await detect(c.store, { ...options, timelineRows: 30 });
    const [{ value, most }] = (await c.rows<{ value: string; most: string }>(
      `SELECT (SELECT value FROM provenance WHERE key = 'timeline') AS value,
         (SELECT count(DISTINCT flow_id) FROM timeline)::VARCHAR AS most`,
    )) as [{ value: string; most: string }];
    const told = JSON.parse(value) as { windows: number; left_out: number };
    expect(told.left_out).toBeGreaterThan(0);
    expect(Number(most)).toBeLessThanOrEqual(30);
    await detect(c.store, { ...options, timelineRows: 0 });
    expect(await c.rows('SELECT count(*)::INTEGER AS n FROM timeline WHERE flow_id IS NOT NULL')).toEqual([{ n: 0 }]);
  }, 120_000);
});

it('shows incoming connections, unknown services, addresses without a name, and records without flows', async () => {
  const c = await testCase({
    'conn.log': [
      '{"ts":1767261600.5,"uid":"C1","id.orig_h":"10.0.0.9","id.orig_p":4000,"id.resp_h":"10.0.0.5","id.resp_p":22,"proto":"tcp","conn_state":"REJ","orig_pkts":1,"resp_pkts":1,"orig_ip_bytes":60,"resp_ip_bytes":40}',
      '{"ts":1767261601.5,"uid":"C2","id.orig_h":"10.0.0.5","id.orig_p":4001,"id.resp_h":"8.8.8.8","id.resp_p":48888,"proto":"tcp","conn_state":"SF","duration":4000.0,"orig_pkts":9,"resp_pkts":9,"orig_ip_bytes":1234567,"resp_ip_bytes":999}',
      '{"ts":1767261602.5,"uid":"C3","id.orig_h":"10.0.0.5","id.orig_p":8,"id.resp_h":"10.0.0.1","id.resp_p":0,"proto":"icmp","conn_state":"OTH","orig_pkts":1,"resp_pkts":0,"orig_ip_bytes":84,"resp_ip_bytes":0}',
      '',
    ].join('\n'),
    'dns.log':
      '{"ts":1767261603.5,"uid":"D1","id.orig_h":"10.0.0.5","id.orig_p":4002,"id.resp_h":"10.0.0.1","id.resp_p":53,"proto":"udp","query":"gone.example","qtype_name":"A","rcode_name":"NXDOMAIN"}\n',
  });
  try {
    await detect(c.store, defaultOptions);
    const story = await lines(c, { profile: '10.0.0.5' });
    expect(story.filter((a) => a.kind !== 'finding').map((a) => a.summary)).toEqual([
      'ssh (22/tcp) from 10.0.0.9: refused, 40 B sent, 60 B received',
      expect.stringMatching(
        /^unknown service \(48888\/tcp\) to 8\.8\.8\.8 \(GOOGLE.*, US\): 1\.23 MB sent, 999 B received, 1 h 6 min$/i,
      ),
      'ping to 10.0.0.1: 84 B sent, 0 B received',
      'asked 10.0.0.1 for gone.example (A): no such name',
    ]);
    expect(story.map((a) => (JSON.parse(a.details) as { warning?: string }).warning).filter(Boolean)).toEqual([
      'not established',
      'unknown service',
      'NXDOMAIN',
    ]);
    const other = await lines(c, { profile: '10.0.0.9' });
    expect(other.map((a) => a.summary)).toContain('ssh (22/tcp) to 10.0.0.5: refused, 60 B sent, 40 B received');
  } finally {
    c.close();
  }
});
