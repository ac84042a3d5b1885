/** Stateless random numbers: the same arguments give the same number in every process. */

/** Unsigned 32 bits from a text and a seed. */
export function hashText(text: string, seed: number): number {
  let state = mix(seed ^ 0x811c9dc5)
  for (let i = 0; i < text.length; i++) state = mix(state ^ text.charCodeAt(i))
  return state
}

/** Unsigned 32 bits from a seed, a place (a minute, a step) and a purpose. */
export function hash(seed: number, place: number, purpose = 0): number {
  return mix(mix(seed ^ Math.imul(purpose, 0x9e3779b1)) ^ (place >>> 0))
}

/** From 0 inclusive to 1 exclusive. */
export function uniform(seed: number, place: number, purpose = 0): number {
  return hash(seed, place, purpose) / 4_294_967_296
}

/**
 * Mean 0, standard deviation 1, never beyond 3.47: the sum of four uniform numbers, because a synthetic minute takes
 * five of these and the logarithm and cosine of a true one doubled the time of a minute.
 */
export function gaussian(seed: number, place: number, purpose = 0): number {
  const first = hash(seed, place, purpose)
  const second = mix(first ^ 0x5bd1e995)
  const sum = (first & 0xffff) + (first >>> 16) + (second & 0xffff) + (second >>> 16)
  return (sum / 65_536 - 2) * Math.sqrt(3)
}

/** A sequence of numbers from 0 to 1 for decisions that happen in order. */
export function sequence(seed: number): () => number {
  let place = 0
  return () => uniform(seed, place++, 0x2545f491)
}

function mix(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad)
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97)
  return ((h ^ (h >>> 15)) + 0x9e3779b9) >>> 0
}
