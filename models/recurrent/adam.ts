const DECAY1 = 0.9;
const DECAY2 = 0.999;
const EPSILON = 1e-7;

/** Adam with decoupled weight decay, over one array of parameters. */
export class Adam {
  readonly #m: Float64Array;
  readonly #v: Float64Array;
  #steps = 0;

  constructor(size: number) {
    this.#m = new Float64Array(size);
    this.#v = new Float64Array(size);
  }

  /** One step against `gradient`, whose norm is cut at `clip`. */
  step(parameters: Float64Array, gradient: Float64Array, rate: number, decay: number, clip: number): void {
    let square = 0;
    for (let i = 0; i < gradient.length; i++) square += gradient[i]! * gradient[i]!;
    const norm = Math.sqrt(square);
    const scale = norm > clip ? clip / norm : 1;
    this.#steps++;
    const correct1 = 1 - DECAY1 ** this.#steps;
    const correct2 = 1 - DECAY2 ** this.#steps;
    for (let i = 0; i < gradient.length; i++) {
      const g = gradient[i]! * scale;
      const m = DECAY1 * this.#m[i]! + (1 - DECAY1) * g;
      const v = DECAY2 * this.#v[i]! + (1 - DECAY2) * g * g;
      this.#m[i] = m;
      this.#v[i] = v;
      parameters[i]! -= rate * (m / correct1 / (Math.sqrt(v / correct2) + EPSILON) + decay * parameters[i]!);
    }
  }
}
