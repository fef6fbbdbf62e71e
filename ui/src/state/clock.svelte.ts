// The present, as far as texts need it: moves on every fifteen seconds, so that nothing is announced each second.
const TICK_MS = 15_000;

export class Clock {
  now = $state(Date.now());

  /** Starts ticking; the answer stops it. */
  start(): () => void {
    const timer = setInterval(() => this.touch(), TICK_MS);
    return () => clearInterval(timer);
  }

  /** Reads the present anew, as after fresh data. */
  touch(): void {
    this.now = Date.now();
  }
}
