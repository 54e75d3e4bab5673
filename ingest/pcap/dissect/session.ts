import type {
  DissectOptions,
  Dissector,
  DissectorFactory,
  FlowContext,
  RecordEmitter,
  Session,
  SharedState,
} from './dissector.js';
import { FlowFeed } from './feed.js';

const MAX_EXPECTED = 16384;

/** Everything the dissectors of one run share. */
export class DissectSession implements Session {
  readonly out: RecordEmitter;
  readonly options: DissectOptions;
  /** Sorted by `order`, then name. */
  readonly factories: readonly DissectorFactory[];
  /** Those of `factories` that fit a transport. */
  readonly fitting: Readonly<Record<'tcp' | 'udp', readonly DissectorFactory[]>>;
  private readonly states = new Map<unknown, SharedState>();
  private readonly expectations = new Map<string, (flow: FlowContext) => Dissector>();

  constructor(out: RecordEmitter, factories: readonly DissectorFactory[], options: Partial<DissectOptions> = {}) {
    this.out = out;
    this.options = { hashFiles: false, ...options };
    this.factories = [...factories].sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1));
    const forTransport = (transport: 'tcp' | 'udp') =>
      this.factories.filter((f) => f.transport === 'both' || f.transport === transport);
    this.fitting = { tcp: forTransport('tcp'), udp: forTransport('udp') };
  }

  shared<T extends SharedState>(make: (session: Session) => T): T {
    const known = this.states.get(make) as T | undefined;
    if (known !== undefined) return known;
    const made = make(this);
    this.states.set(make, made);
    return made;
  }

  expect(orig: string, resp: string, port: number, create: (flow: FlowContext) => Dissector): void {
    const key = `${orig} ${resp} ${port}`;
    this.expectations.delete(key);
    this.expectations.set(key, create);
    if (this.expectations.size <= MAX_EXPECTED) return;
    const oldest = this.expectations.keys().next();
    if (!oldest.done) this.expectations.delete(oldest.value);
  }

  expected(flow: FlowContext): Dissector | undefined {
    if (this.expectations.size === 0) return undefined;
    for (const orig of [flow.orig_h, '']) {
      const key = `${orig} ${flow.resp_h} ${flow.resp_p}`;
      const create = this.expectations.get(key);
      if (create === undefined) continue;
      this.expectations.delete(key);
      return create(flow);
    }
    return undefined;
  }

  inner(flow: FlowContext): Dissector {
    return new FlowFeed(flow, this, true);
  }

  /** The capture is over: open records of shared states are written. */
  finish(ts: number): void {
    for (const state of this.states.values()) state.finish(ts);
  }
}
