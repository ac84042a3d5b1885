import type { CandleSource, MinuteCandle } from './candle.ts'
import type { RecordedSymbol } from './replay-file.ts'

/** How a recording is laid over the simulated time. All in minutes. */
export interface Reel {
  /** first recorded minute over all symbols */
  readonly recordedFrom: number
  /** how long the recording is; after its end it begins again */
  readonly length: number
  /** simulated minute that shows the first recorded one; nothing before it */
  readonly baseMinute: number
}

/** The minutes of one recorded symbol, `shiftMinutes` further on in the recording than the others. */
export function openReplaySource(recorded: RecordedSymbol, reel: Reel, shiftMinutes: number): CandleSource {
  const { fields } = recorded
  const offset = reel.recordedFrom - recorded.firstMinute

  /** Index of the recorded minute, or -1 where there is none. */
  function locate(minute: number): number {
    if (minute < reel.baseMinute) return -1
    const index = ((minute - reel.baseMinute + shiftMinutes) % reel.length) + offset
    return index < 0 || index * 5 >= fields.length || fields[index * 5 + 4] === -1 ? -1 : index
  }

  return {
    firstMinute: reel.baseMinute,

    read(minute: number, into: MinuteCandle): boolean {
      const index = locate(minute)
      if (index < 0) return false
      into.open = fields[index * 5]!
      into.high = fields[index * 5 + 1]!
      into.low = fields[index * 5 + 2]!
      into.close = fields[index * 5 + 3]!
      into.volume = fields[index * 5 + 4]!
      into.key = index
      return true
    },

    lastAtOrBefore(minute: number): number | undefined {
      const earliest = Math.max(reel.baseMinute, minute - reel.length)
      for (let each = minute; each >= earliest; each--) if (locate(each) >= 0) return each
      return undefined
    },
  }
}
