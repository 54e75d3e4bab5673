import type { Dissector, DissectorFactory, FlowContext, Session } from '../dissector.js';
import { isDhcp, parseDhcp } from './message.js';
import { dhcpTransactions } from './transactions.js';

class DhcpDissector implements Dissector {
  readonly service = 'dhcp';
  readonly active = true;
  private readonly flow: FlowContext;
  private readonly session: Session;

  constructor(flow: FlowContext, session: Session) {
    this.flow = flow;
    this.session = session;
  }

  data(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    const message = parseDhcp(buf, start, end);
    if (message !== undefined) this.session.shared(dhcpTransactions).add(this.flow, fromOrig, ts, message);
  }

  gap(): void {}

  end(): void {}
}

/** DHCP for IPv4. */
export const dissector: DissectorFactory = {
  name: 'dhcp',
  transport: 'udp',
  order: 5,
  probe: (_fromOrig, buf, start, end) => (isDhcp(buf, start, end) ? 'yes' : 'no'),
  create: (flow, _out, session) => new DhcpDissector(flow, session),
};
