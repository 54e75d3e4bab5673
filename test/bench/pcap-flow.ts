import { Decoder } from '../../ingest/pcap/decode/decoder.js';
import { loadDissectors } from '../../ingest/pcap/dissect/registry.js';
import { readCapture } from '../../ingest/pcap/engine.js';
import { Flows } from '../../ingest/pcap/flow/flows.js';
import { CaptureParser } from '../../ingest/pcap/read/parser.js';
import { Problems } from '../../ingest/pcap/read/problems.js';
import { openSource } from '../../ingest/pcap/read/source.js';

/**
 * CPU time over a capture: `tsx test/bench/pcap-flow.ts FILE [engine|flows|index|dissect] [ignore|count]`.
 * `engine`: packets to finished flow states; `flows`: to column batches; `index`: also packet offsets; `dissect`: also
 * all dissectors.
 */
async function main(): Promise<void> {
  const [file, mode = 'flows', checksums = 'count'] = process.argv.slice(2);
  if (file === undefined) throw new Error('usage: tsx test/bench/pcap-flow.ts FILE [engine|flows|index|dissect]');
  const check = checksums === 'ignore' ? 'ignore' : 'count';
  const dissectors = mode === 'dissect' ? await loadDissectors() : [];
  const start = process.cpuUsage();
  const done = mode === 'engine' ? await engineOnly(file, check) : await full(file, check, mode, dissectors);
  const used = process.cpuUsage(start);
  const seconds = (used.user + used.system) / 1e6;
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  console.info(
    `${mode}, checksums ${checksums}: ${done.packets} packets, ${done.flows} flows, ${done.records} records, ` +
      `${seconds.toFixed(2)} CPU s, ${(done.packets / seconds / 1e6).toFixed(2)} M packets and ` +
      `${(done.bytes / seconds / 1e6).toFixed(0)} MB per CPU second, peak ${memory} MB`,
  );
}

interface Done {
  packets: number;
  flows: number;
  records: number;
  bytes: number;
}

async function engineOnly(file: string, checksums: 'ignore' | 'count'): Promise<Done> {
  const done: Done = { packets: 0, flows: 0, records: 0, bytes: 0 };
  const nothing = (): void => undefined;
  const flows = new Flows(
    {
      flowStarted: () => -1,
      flowEnded: () => {
        done.flows++;
      },
      datagram: nothing,
      streamData: nothing,
      streamGap: nothing,
    },
    { checksums },
  );
  const decoder = new Decoder(flows, {
    packetOfFlow: nothing,
    arp: nothing,
    carrier: nothing,
    tunnel: nothing,
    oddPacket: nothing,
  });
  const problems = new Problems();
  const handler = {
    packet(buf: Uint8Array, at: number, cap: number, _wire: number, ts: number, link: number, offset: number): void {
      done.packets++;
      decoder.packet(buf, at, cap, ts, link, offset);
    },
  };
  const parser = new CaptureParser(handler, problems, 0, file);
  for await (const chunk of openSource(file, problems, 0)) {
    done.bytes += chunk.length;
    parser.push(chunk);
  }
  for (const f of flows.lifetimes.remaining()) flows.lifetimes.endOfCapture(f);
  return done;
}

async function full(
  file: string,
  checksums: 'ignore' | 'count',
  mode: string,
  dissectors: Awaited<ReturnType<typeof loadDissectors>>,
): Promise<Done> {
  const done: Done = { packets: 0, flows: 0, records: 0, bytes: 0 };
  const index = mode === 'flows' ? {} : { packetIndex: () => undefined };
  const result = await readCapture([file], dissectors.length > 0 ? { checksums, dissectors } : { checksums }, {
    flows: (batch) => {
      done.flows += batch.length;
    },
    record: () => {
      done.records++;
    },
    ...index,
  });
  done.packets = result.packets;
  done.bytes = result.files[0]?.bytes ?? 0;
  return done;
}

await main();
