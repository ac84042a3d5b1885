import { ConfigError } from '../../lib/model/errors.ts'

/** The whole number that a flag was given; throws ConfigError for anything else. */
export function toWhole(flag: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new ConfigError(`${flag} must be a whole number from ${least} to ${most}, was "${text}"`)
}
