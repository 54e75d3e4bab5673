import { CLOSED, ESTABLISHED, INACTIVE, PARTIAL, RESET, SYN_ACK_SENT, SYN_SENT } from './layout.js';

/** Zeek's connection states. */
export type ConnState =
  | 'S0'
  | 'S1'
  | 'SF'
  | 'REJ'
  | 'S2'
  | 'S3'
  | 'RSTO'
  | 'RSTR'
  | 'RSTOS0'
  | 'RSTRH'
  | 'SH'
  | 'SHR'
  | 'OTH';

export type Outcome = 'established' | 'no_reply' | 'rejected' | 'reset' | 'one_way' | 'partial' | 'unknown';

/** A SYN of the originator, then its RST, with no sign of life from the responder between them. */
const ABORTED_ATTEMPT = /^\^?S[^HAFGIQ]*R/;

/** True when the history tells of an attempt that its originator aborted. */
export function isAbortedAttempt(history: string): boolean {
  return ABORTED_ATTEMPT.test(history);
}

/** `conn_state` of a TCP connection from its endpoint states, payload bytes and {@link isAbortedAttempt}. */
export function tcpConnState(
  orig: number,
  resp: number,
  origBytes: number,
  respBytes: number,
  aborted: boolean,
): ConnState {
  const origIdle = orig === INACTIVE || orig === PARTIAL;
  const respIdle = resp === INACTIVE || resp === PARTIAL;
  if (resp === RESET) {
    const attempt = orig === SYN_SENT || orig === SYN_ACK_SENT;
    if (attempt || (orig === RESET && origBytes === 0 && respBytes === 0)) return 'REJ';
    return origIdle ? 'RSTRH' : 'RSTR';
  }
  if (orig === RESET) {
    if (!respIdle) return 'RSTO';
    return aborted ? 'RSTOS0' : 'OTH';
  }
  if (resp === CLOSED && orig === CLOSED) return 'SF';
  if (orig === CLOSED) return respIdle ? 'SH' : 'S2';
  if (resp === CLOSED) return origIdle ? 'SHR' : 'S3';
  if (orig === SYN_SENT && resp === INACTIVE) return 'S0';
  return orig === ESTABLISHED && resp === ESTABLISHED ? 'S1' : 'OTH';
}

/** `conn_state` of a UDP flow from which sides sent something. */
export function udpConnState(orig: boolean, resp: boolean): ConnState {
  if (orig) return resp ? 'SF' : 'S0';
  return resp ? 'SHR' : 'OTH';
}

/** Was the flow established: see "Meanings" in the design. */
export function isEstablished(
  tcp: boolean,
  state: ConnState,
  origBytes: number,
  respBytes: number,
  origPkts: number,
  respPkts: number,
): boolean {
  if (!tcp) return origPkts > 0 && respPkts > 0;
  switch (state) {
    case 'S1':
    case 'SF':
    case 'S2':
    case 'S3':
    case 'RSTO':
    case 'RSTR':
      return true;
    case 'OTH':
      return origBytes > 0 && respBytes > 0;
    default:
      return false;
  }
}

/** What became of the flow, in words that are the same for all sources. */
export function outcomeOf(
  tcp: boolean,
  state: ConnState,
  established: boolean,
  origPkts: number,
  respPkts: number,
): Outcome {
  if (established) return 'established';
  if (!tcp) return origPkts > 0 && respPkts > 0 ? 'established' : origPkts + respPkts > 0 ? 'no_reply' : 'unknown';
  switch (state) {
    case 'S0':
    case 'SH':
      return 'no_reply';
    case 'REJ':
      return 'rejected';
    case 'RSTOS0':
    case 'RSTRH':
      return 'reset';
    case 'SHR':
      return 'one_way';
    default:
      if (origPkts > 0 && respPkts > 0) return 'partial';
      return origPkts + respPkts > 0 ? 'one_way' : 'unknown';
  }
}
