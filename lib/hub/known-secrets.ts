import type { RedisEndpoint } from './redis-endpoint.ts'
import { settings } from './settings.ts'
import type { Config, Setting, SettingName } from './settings.ts'

// What is shorter would be found in ordinary words.
const shortest = 6
const shortestPart = 12

/**
 * Every secret that this process was given, for those who must not tell them, the longest first: also the parts of a
 * webhook's path or of a token, which say enough by themselves.
 */
export function knownSecrets(config: Config, endpoint?: Pick<RedisEndpoint, 'password'>): string[] {
  const names = Object.keys(settings) as SettingName[]
  const configured = names.filter((name) => (settings[name] as Setting<unknown>).secret === true)
  const whole = [...configured.map((name) => config[name]), endpoint?.password].filter(
    (value): value is string => typeof value === 'string' && value.length >= shortest,
  )
  const all = new Set([...whole, ...whole.flatMap(partsOf)])
  return [...all].toSorted((a, b) => b.length - a.length)
}

// The host of a webhook is no secret.
function partsOf(secret: string): string[] {
  const path = secret.replace(/^https?:\/\/[^/]*/, '')
  return path.split(/[/:?&=]/).filter((part) => part.length >= shortestPart)
}
