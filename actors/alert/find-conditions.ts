import { decodeConditions } from '../../lib/hub/conditions.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { Alert, AlertKind } from '../../lib/model/alert.ts'
import type { Finder } from './finder.ts'

// Real ms.
const everyMs = 1_000
const keysEveryMs = 10_000
const scanCount = 1_000

// What begins like this has a kind of its own.
const kinds = new Map<string, AlertKind>([
  ['difference', 'disagreement'],
  ['uncovered', 'uncovered-position'],
  ['trading', 'halt'],
  ['flatten', 'halt'],
  ['ban', 'ban'],
])

/** Finds the named conditions that others have written for a venue or an account; each stands while it is there. */
export function findConditions(hub: Hub): Finder {
  let keys: string[] = []
  let scannedAt = 0

  async function scan(): Promise<string[]> {
    const found = new Set<string>()
    let cursor = '0'
    do {
      const [next, some] = await hub.redis.scan(
        cursor,
        'MATCH',
        hub.keys.conditionsPattern(),
        'COUNT',
        scanCount,
      )
      cursor = next
      for (const key of some) found.add(key)
    } while (cursor !== '0')
    return [...found]
  }

  return {
    name: 'conditions',
    everyMs,
    async find() {
      if (Date.now() - scannedAt > keysEveryMs) {
        keys = await scan()
        scannedAt = Date.now()
      }
      const standing = await Promise.all(
        keys.map(async (key) => toAlerts(tagOf(key), await hub.redis.hgetall(key))),
      )
      return { standing: standing.flat() }
    },
  }
}

function tagOf(key: string): string {
  return /\{(.*)\}/.exec(key)?.[1] ?? key
}

function toAlerts(tag: string, fields: Readonly<Record<string, string>>): Alert[] {
  return Object.entries(fields).map(([name, value]) => ({
    kind: kinds.get(name.split(' ')[0] ?? '') ?? 'condition',
    subject: `${tag} ${name}`,
    ...read(name, value),
  }))
}

// One that cannot be read stands all the same.
function read(name: string, value: string): Pick<Alert, 'text' | 'severity'> {
  try {
    const condition = decodeConditions({ [name]: value }).get(name)
    const severity = condition?.['severity']
    return {
      text: condition?.text ?? value,
      severity: severity === 'critical' || severity === 'info' ? severity : 'warning',
    }
  } catch {
    return { text: value, severity: 'warning' }
  }
}
