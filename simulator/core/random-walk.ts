import { gaussian } from './random.ts'

/** minutes between two pinned values of a walk, about four years */
const SPAN = 2 ** 21
/** so that the walk is far from a pin in the years it is used */
const PIN_OFFSET = 2 ** 20
/** spread of the pinned values, as a logarithm */
const PIN_SIGMA = 0.4

/**
 * The logarithm of a price at the start of any minute: a random walk with `sigma` a minute that can be read anywhere,
 * without its past. Between two pinned minutes it is halved again and again (a Brownian bridge), each midpoint with a
 * deviation of its own.
 */
export function walkAt(seed: number, sigma: number, minute: number): number {
  const place = minute + PIN_OFFSET
  let from = Math.floor(place / SPAN) * SPAN
  let to = from + SPAN
  let low = pinAt(seed, from)
  let high = pinAt(seed, to)
  while (place !== from) {
    if (place === to) return high
    const middle = (from + to) / 2
    const value = midpoint(seed, sigma, from, to, low, high)
    if (place < middle) [to, high] = [middle, value]
    else [from, low] = [middle, value]
  }
  return low
}

/** The walk from minute `first` on, `count` + 1 values; `count` is a power of two and `first` a multiple of it. */
export function walkBlock(seed: number, sigma: number, first: number, count: number): Float64Array {
  const values = new Float64Array(count + 1)
  values[0] = walkAt(seed, sigma, first)
  values[count] = walkAt(seed, sigma, first + count)
  for (let step = count; step > 1; step /= 2) {
    for (let i = 0; i < count; i += step) {
      const from = first + PIN_OFFSET + i
      values[i + step / 2] = midpoint(seed, sigma, from, from + step, values[i]!, values[i + step]!)
    }
  }
  return values
}

function pinAt(seed: number, place: number): number {
  return PIN_SIGMA * gaussian(seed, place, 1)
}

function midpoint(seed: number, sigma: number, from: number, to: number, low: number, high: number): number {
  return (low + high) / 2 + (sigma * Math.sqrt(to - from) * gaussian(seed, (from + to) / 2, 2)) / 2
}
