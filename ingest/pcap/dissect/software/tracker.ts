import type { Session, SharedState } from '../dissector.js';
import { parseSoftware } from './parse.js';

const MAX_KNOWN = 65536;

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

/** Reports each program of a host once, and again when its version changes. */
export class SoftwareTracker implements SharedState {
  private readonly session: Session;
  private readonly known = new Map<string, string>();

  constructor(session: Session) {
    this.session = session;
  }

  report(ts: number, host: string, port: number | undefined, type: SoftwareType, raw: string): void {
    if (raw === '') return;
    const software = parseSoftware(raw);
    const key = `${host} ${type}\n${software.name}`;
    if (this.known.get(key) === raw) return;
    this.remember(key, raw);
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

  private remember(key: string, value: string): void {
    this.known.delete(key);
    this.known.set(key, value);
    if (this.known.size <= MAX_KNOWN) return;
    const oldest = this.known.keys().next();
    if (!oldest.done) this.known.delete(oldest.value);
  }
}

/** The tracker of a session: `session.shared(softwareTracker)`. */
export function softwareTracker(session: Session): SoftwareTracker {
  return new SoftwareTracker(session);
}
