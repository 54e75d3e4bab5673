/**
 * Outcome of a login told from the sizes of ciphered server segments (the heuristic of Zeek): the first answers the
 * service request; the next refuses the method "none", which is no attempt, and so tells how long a refusal is; a segment
 * 16 bytes shorter than the first is a success.
 */
export class AuthGuess {
  attempts = 0;
  success: boolean | undefined;
  private accept = 0;
  private refusal = 0;

  /** A ciphered segment from the server; true when the login has succeeded. */
  segment(size: number): boolean {
    if (this.accept === 0) {
      this.accept = size;
      return false;
    }
    if (size + 16 === this.accept) {
      this.attempts++;
      this.success = true;
      return true;
    }
    if (this.refusal === 0) this.refusal = size;
    else if (size === this.refusal) {
      this.attempts++;
      this.success = false;
    }
    return false;
  }
}
