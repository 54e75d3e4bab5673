import { loadDissectors } from '../../ingest/pcap/dissect/registry.js';
import { readCapture } from '../../ingest/pcap/engine.js';

/**
 * CPU time of the flow engine over a capture: `tsx test/bench/pcap-flow.ts FILE [flows|index|dissect] [ignore|count]`.
 * `flows`: packets to flow batches; `index`: also packet offsets; `dissect`: also all dissectors.
 */
async function main(): Promise<void> {
  const [file, mode = 'flows', checksums = 'count'] = process.argv.slice(2);
  if (file === undefined) throw new Error('usage: tsx test/bench/pcap-flow.ts FILE [flows|index|dissect]');
  const dissectors = mode === 'dissect' ? await loadDissectors() : undefined;
  const start = process.cpuUsage();
  let rows = 0;
  let records = 0;
  const result = await readCapture(
    [file],
    { checksums: checksums === 'ignore' ? 'ignore' : 'count', ...(dissectors ? { dissectors } : {}) },
    {
      flows: (batch) => {
        rows += batch.length;
      },
      ...(mode === 'flows' ? {} : { packetIndex: () => undefined }),
      ...(dissectors
        ? {
            records: (_table, list) => {
              records += list.length;
            },
          }
        : {}),
    },
  );
  const used = process.cpuUsage(start);
  const seconds = (used.user + used.system) / 1e6;
  const bytes = result.files[0]?.bytes ?? 0;
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  console.info(
    `${mode}, checksums ${checksums}: ${result.packets} packets, ${rows} flows, ${records} records, ` +
      `${seconds.toFixed(2)} CPU s, ${(result.packets / seconds / 1e6).toFixed(2)} M packets and ` +
      `${(bytes / seconds / 1e6).toFixed(0)} MB per CPU second, peak ${memory} MB`,
  );
}

await main();
