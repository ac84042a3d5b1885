import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import type { AccountClient } from '../simulator/account-client.ts'
import { barePositions } from './account-books.ts'
import type { System } from './system.ts'

/** How long positions were without enough stops; real ms. */
export interface CoverFigures {
  /** as the risk actor measured it, and how often */
  readonly measuredMs: number
  readonly times: number
  /** by the venue's own ledger, between two looks */
  readonly seenMs: number
}

/** Watches the stops of an account's positions. */
export interface CoverWatch {
  /** to be called again and again */
  look(): Promise<void>
  figures(): CoverFigures
}

const lookEveryMs = 100

export function watchCover({ hub }: System, client: AccountClient): CoverWatch {
  const bareSince = new Map<string, number>()
  let figures: CoverFigures = { measuredMs: 0, times: 0, seenMs: 0 }
  let lookedAt = 0

  return {
    async look() {
      if (Date.now() - lookedAt < lookEveryMs) return
      lookedAt = Date.now()
      const [actors, truth] = await Promise.all([readLivingActors(hub.redis, hub.keys), client.truth(1)])
      const now = Date.now()
      const risk = actors.find(({ kind }) => kind === 'risk')?.fields ?? {}
      const bare = new Set(barePositions(truth).map(({ symbol }) => symbol))
      for (const symbol of bareSince.keys()) if (!bare.has(symbol)) bareSince.delete(symbol)
      for (const symbol of bare) if (!bareSince.has(symbol)) bareSince.set(symbol, now)
      const measuredMs = Number(risk['longestBareMs'] ?? 0) / hub.config.rate
      figures = {
        measuredMs: Math.round(Math.max(figures.measuredMs, measuredMs)),
        times: Number(risk['bareTimes'] ?? figures.times),
        seenMs: Math.max(figures.seenMs, ...[...bareSince.values()].map((since) => now - since)),
      }
    },
    figures: () => figures,
  }
}
