import type { Session, SharedState } from '../dissector.js';

const LIMIT = 32 << 20;

/** Compressed bodies of all flows that wait to be unpacked; beyond the limit a body is unpacked early. */
export class BodyBudget implements SharedState {
  private used = 0;

  /** Whether `bytes` more may be kept; if so they count until they are given back. */
  take(bytes: number): boolean {
    if (this.used + bytes > LIMIT) return false;
    this.used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }

  finish(): void {}
}

/** The budget of a session: `session.shared(bodyBudget)`. */
export function bodyBudget(_session: Session): BodyBudget {
  return new BodyBudget();
}
