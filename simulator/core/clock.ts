/** The time of the whole simulated venue, ms since epoch, running `rate` times as fast as the wall clock. */
export class Clock {
  readonly rate: number
  /** ms taken off `wall * rate`; whole minutes, so simulated minutes begin at wall multiples of 60,000 / rate */
  readonly behindMs: number
  /** ms added by the clockOffset fault */
  offsetMs = 0

  constructor(rate: number, wallStart: number = Date.now()) {
    this.rate = rate
    this.behindMs = Math.round((wallStart * (rate - 1)) / 60_000) * 60_000
  }

  now(): number {
    return this.steadyNow() + this.offsetMs
  }

  /** The time without the offset fault: for ids that must never fall. */
  steadyNow(): number {
    return Math.floor(Date.now() * this.rate) - this.behindMs
  }

  /** Wall ms that a simulated span takes. */
  toWallMs(spanMs: number): number {
    return spanMs / this.rate
  }
}
