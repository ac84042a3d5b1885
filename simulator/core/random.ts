/** Stateless random numbers: the same arguments give the same number in every process. */

/** Unsigned 32 bits from a text and a seed. */
export function hashText(text: string, seed: number): number {
  let state = mix(seed ^ 0x811c9dc5)
  for (let i = 0; i < text.length; i++) state = mix(state ^ text.charCodeAt(i))
  return state
}

/** Unsigned 32 bits from a seed, a place (a minute, a step) and a purpose. */
export function hash(seed: number, place: number, purpose = 0): number {
  return mix(mix(mix(seed) ^ (place >>> 0)) ^ purpose)
}

/** From 0 inclusive to 1 exclusive. */
export function uniform(seed: number, place: number, purpose = 0): number {
  return hash(seed, place, purpose) / 4_294_967_296
}

/** Mean 0, standard deviation 1. */
export function gaussian(seed: number, place: number, purpose = 0): number {
  const radius = Math.sqrt(-2 * Math.log((hash(seed, place, purpose) + 1) / 4_294_967_297))
  return radius * Math.cos((2 * Math.PI * hash(seed, place, purpose + 0x5bd1e995)) / 4_294_967_296)
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
