import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Channels of each class in what is written here. */
export const CHANNELS = 24;
export const BOT = '10.0.0.66';
const FEWEST_FLOWS = 10;
const START = 1_600_000_000;

interface Flow {
  readonly uid: string;
  readonly ts: number;
  readonly host: string;
  readonly server: string;
  readonly port: number;
  readonly duration: number;
  readonly bytes: number;
  readonly malicious: boolean;
}

/** Flows of one bot that calls evenly and of eight people who do not; no two channels have as many, so none are alike. */
function flows(): Flow[] {
  const out: Flow[] = [];
  for (let c = 0; c < 2 * CHANNELS; c++) {
    const malicious = c % 2 === 0;
    let ts = START + 60 * c;
    for (let i = 0; i < FEWEST_FLOWS + Math.floor(c / 2); i++) {
      const pick = (c * 31 + i * i * 17 + c * i * 7) % 97;
      ts += malicious ? 60 + (pick === 1 ? 5 : 0) : 1 + pick * (1 + (pick % 5)) * 3;
      out.push({
        uid: `C${c}x${i}`,
        ts,
        host: malicious ? BOT : `10.0.0.${1 + (Math.floor(c / 2) % 8)}`,
        server: `203.0.113.${c + 1}`,
        port: 8000 + c,
        duration: malicious ? 0.05 + (c % 3) * (i % (2 + (c % 5)) === 0 ? 0.2 : 0) : pick / 5,
        bytes: malicious ? 200 + 300 * ((c + i) % (2 + (c % 4))) : 100 + pick * pick,
        malicious,
      });
    }
  }
  return out.sort((a, b) => a.ts - b.ts || (a.uid < b.uid ? -1 : 1));
}

const CONN =
  'ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto duration orig_bytes resp_bytes conn_state orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes';

function conn(list: readonly Flow[], labelled: boolean): string {
  const fields = CONN.split(' ').concat(labelled ? ['label', 'detailedlabel'] : []);
  const lines = list.map((f) =>
    [
      f.ts.toFixed(6),
      f.uid,
      f.host,
      40000,
      f.server,
      f.port,
      'tcp',
      f.duration.toFixed(6),
      f.bytes,
      f.bytes,
      'SF',
      5,
      f.bytes + 200,
      5,
      f.bytes + 200,
      ...(labelled ? [f.malicious ? 'Malicious' : 'Benign', f.malicious ? 'C&C' : '-'] : []),
    ].join('\t'),
  );
  return `#separator \\x09\n#path\tconn\n#fields\t${fields.join('\t')}\n${lines.join('\n')}\n`;
}

function argus(list: readonly Flow[]): string {
  const lines = list.map((f) =>
    [
      new Date(f.ts * 1000).toISOString().replace('T', ' ').replace('Z', '000').replaceAll('-', '/'),
      f.duration.toFixed(6),
      'tcp',
      f.host,
      40000,
      '   ->',
      f.server,
      f.port,
      'FSPA_FSPA',
      0,
      0,
      10,
      2 * f.bytes + 400,
      f.bytes + 200,
      f.malicious ? 'flow=From-Botnet-V1-TCP-CC' : 'flow=From-Normal-V1-Someone',
    ].join(','),
  );
  return `StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label\n${lines.join('\n')}\n`;
}

/**
 * The same labelled channels in every way that labels come.
 * @returns words of a command line by way
 */
export function writeLabelledChannels(folder: string): Record<string, string[]> {
  const list = flows();
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const plain = write('conn.log', conn(list, false));
  const bad = write(
    'bot.conn.log',
    conn(
      list.filter((f) => f.malicious),
      false,
    ),
  );
  const good = write(
    'people.conn.log',
    conn(
      list.filter((f) => !f.malicious),
      false,
    ),
  );
  const uids = list.map((f) => `${f.uid},${f.malicious ? 'malicious' : 'benign'}`);
  const hosts = [...new Set(list.map((f) => `${f.host},${f.malicious ? 'malicious' : 'benign'}`))];
  return {
    'Zeek labelled log': [write('conn.log.labeled', conn(list, true))],
    'Argus Label column': [write('capture.binetflow', argus(list))],
    '--label per input': ['--label', 'malicious', bad, '--label', 'benign', good],
    'CSV of uid,label': [plain, '--uids', write('uids.csv', `uid,label\n${uids.join('\n')}\n`)],
    'host list': [plain, '--hosts', write('hosts.csv', `host,label\n${hosts.join('\n')}\n`)],
  };
}

/** A table of labelled letters, large enough that training takes a while. */
export function writeLetters(path: string, rows: number, length: number): string {
  const lines = Array.from({ length: rows }, (_, r) => {
    const malicious = r % 2 === 0;
    const letters = Array.from(
      { length },
      (_, i) => 'abcABCrstRST'[(malicious ? r + (i % 3) : r * i + i * i * 7) % 12],
    ).join('');
    return `10.0.${r % 9}.1-203.0.113.${r % 200}-${1000 + r}-tcp\t${malicious ? 'From-Botnet-TCP-CC' : 'From-Normal-TCP-WEB'}\t${letters}${r}`;
  });
  writeFileSync(path, `tuple4\tlabel\tletters\n${lines.join('\n')}\n`);
  return path;
}
