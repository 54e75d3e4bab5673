import type { Session, SharedState } from '../dissector.js';
import { parseSoftware } from './parse.js';

const MAX_KNOWN = 16384;
const MAX_TEXT = 512;

/** Zeek's names of what a program is used as. */
export type SoftwareType =
  | 'HTTP::BROWSER'
  | 'HTTP::SERVER'
  | 'HTTP::APPSERVER'
  | 'SSH::CLIENT'
  | 'SSH::SERVER'
  | 'SMTP::MAIL_CLIENT'
  | 'SMTP::MAIL_SERVER'
  | 'FTP::CLIENT'
  | 'FTP::SERVER';

/** Reports each product string of a host once. */
export class SoftwareTracker implements SharedState {
  private readonly session: Session;
  private readonly known = new Set<string>();

  constructor(session: Session) {
    this.session = session;
  }

  report(ts: number, host: string, port: number | undefined, type: SoftwareType, text: string): void {
    if (text === '') return;
    const raw = text.slice(0, MAX_TEXT);
    const key = `${host} ${type} ${raw}`;
    if (this.known.has(key)) return;
    this.remember(key);
    const software = parseSoftware(raw);
    this.session.out.emit('software', {
      ts,
      host,
      host_p: port,
      software_type: type,
      ...software,
      unparsed_version: raw,
    });
  }

  finish(): void {
    this.known.clear();
  }

  private remember(key: string): void {
    this.known.add(key);
    if (this.known.size <= MAX_KNOWN) return;
    const oldest = this.known.keys().next();
    if (!oldest.done) this.known.delete(oldest.value);
  }
}

/** The tracker of a session: `session.shared(softwareTracker)`. */
export function softwareTracker(session: Session): SoftwareTracker {
  return new SoftwareTracker(session);
}
