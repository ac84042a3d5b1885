import { sides } from './binance-account-map.ts'
import { states, stopStates, timesInForce, tradeSides } from './binance-order-map.ts'
import type { RowShape } from './check-shape.ts'
import { wordsOf } from './venue-shapes.ts'
import type { ChannelShapes } from './venue-shapes.ts'

// Held to what was recorded from 2021 to 2026, but for ALGO_UPDATE, ACCOUNT_CONFIG_UPDATE and listenKeyExpired, of which
// there are only examples.

const times = { e: 'text', E: 'ms as number', T: 'ms as number' } as const
const direction = { s: 'text', S: wordsOf(tradeSides), ps: wordsOf(sides) } as const

const order: RowShape = {
  reads: {
    ...direction,
    c: 'text',
    i: 'whole number',
    o: 'text',
    f: wordsOf(timesInForce),
    q: 'decimal',
    p: 'decimal',
    ap: 'decimal',
    x: { words: ['NEW', 'CANCELED', 'CALCULATED', 'EXPIRED', 'TRADE', 'AMENDMENT'] },
    X: wordsOf(states),
    z: 'decimal',
    R: 'true or false',
    T: 'ms as number',
    t: 'whole number',
    L: 'decimal',
    l: 'decimal',
    rp: 'decimal',
    m: 'true or false',
  },
  may: { n: 'decimal', N: 'text' },
  knows: 'sp b a wt ot cp pP si ss V pm gtd AP cr',
}

const conditional: RowShape = {
  reads: {
    ...direction,
    caid: 'text',
    aid: 'whole number',
    X: wordsOf(stopStates),
    q: 'decimal',
    tp: 'decimal',
    cp: 'true or false',
    R: 'true or false',
  },
  may: { ai: 'text, perhaps empty', rm: 'text, perhaps empty' },
  knows: 'at o f ap aq act p V wt pm pP tt gtd',
}

/** The events of an account, by their name in `e`. */
export const channels: ChannelShapes = {
  ACCOUNT_UPDATE: {
    reads: {
      ...times,
      a: {
        reads: {
          B: { each: { reads: { a: 'text', wb: 'decimal', cw: 'decimal' }, knows: 'bc' } },
          P: {
            each: {
              reads: {
                s: 'text',
                ps: wordsOf(sides),
                pa: 'decimal',
                ep: 'decimal',
                up: 'decimal',
                mt: { words: ['cross', 'isolated'] },
                iw: 'decimal',
              },
              knows: 'cr ma bep',
            },
          },
          m: 'text',
        },
      },
    },
    // `i` is there in accounts of coin-margined contracts.
    knows: 'i',
  },
  ORDER_TRADE_UPDATE: { reads: { ...times, o: order } },
  ALGO_UPDATE: { reads: { ...times, o: conditional } },
  ACCOUNT_CONFIG_UPDATE: {
    reads: times,
    may: {
      ac: { reads: { s: 'text', l: 'number' } },
      ai: { reads: { j: 'true or false' } },
    },
  },
  listenKeyExpired: { reads: { e: 'text' }, may: { T: 'ms as number' }, knows: 'E listenKey' },
  TRADE_LITE: 'anything',
  MARGIN_CALL: 'anything',
  CONDITIONAL_ORDER_TRIGGER_REJECT: 'anything',
  STRATEGY_UPDATE: 'anything',
  GRID_UPDATE: 'anything',
}

/** The public events. Nothing reads them yet; the fields are those that would be. */
export const publicChannels: ChannelShapes = {
  bookTicker: {
    reads: {
      ...times,
      s: 'text',
      u: 'whole number',
      b: 'decimal',
      B: 'decimal',
      a: 'decimal',
      A: 'decimal',
    },
    knows: 'ps st',
  },
  kline: {
    reads: {
      e: 'text',
      E: 'ms as number',
      s: 'text',
      k: {
        reads: {
          t: 'ms as number',
          T: 'ms as number',
          i: 'text',
          o: 'decimal',
          h: 'decimal',
          l: 'decimal',
          c: 'decimal',
          v: 'decimal',
          x: 'true or false',
        },
        knows: 's f L n q V Q B',
      },
    },
    knows: 'ps st',
  },
}
