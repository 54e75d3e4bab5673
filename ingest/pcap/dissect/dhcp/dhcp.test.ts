import { describe, expect, it } from 'vitest';
import { dhcp, u8 } from '../../../../test/acceptance/dissect/build.js';
import { client, dissect } from '../../../../test/acceptance/dissect/harness.js';
import { SAMPLES } from '../../../../test/acceptance/dissect/samples.js';

describe('dhcp', () => {
  it('joins the messages of a transaction', () => {
    const found = dissect(SAMPLES.dhcp!);
    expect(found.service).toBe('dhcp');
    expect(found.rows('dhcp')).toEqual([
      expect.objectContaining({
        uids: ['Cuid'],
        client_addr: '10.0.0.9',
        server_addr: '10.0.0.254',
        mac: '02:00:00:00:00:08',
        host_name: 'host1',
        domain: 'lan.test',
        requested_addr: '10.0.0.9',
        assigned_addr: '10.0.0.9',
        lease_time: 3600,
        msg_types: ['DISCOVER', 'OFFER'],
        duration: 1,
      }),
    ]);
  });

  it('closes a transaction after a silence', () => {
    const discover = client(dhcp(1, 5, [0, 0, 0, 0], [[53, u8(1)]]));
    const other = Array.from({ length: 20 }, () => client(dhcp(1, 6, [0, 0, 0, 0], [[53, u8(3)]])));
    const rows = dissect({ flow: SAMPLES.dhcp!.flow, packets: [discover, ...other, discover] }).rows('dhcp');
    expect(rows.filter((r) => (r.msg_types as string[])[0] === 'DISCOVER')).toHaveLength(2);
    expect(rows[0]!.mac).toBe('02:00:00:00:00:09');
  });
});
