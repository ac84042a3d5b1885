import type { Account } from '../account/account.ts'
import { bracketsOf } from '../account/brackets.ts'
import { isWaiting } from '../account/conditional.ts'
import type { Exchange } from '../account/exchange.ts'
import { readInstrument } from './contracts.ts'
import { OkxError, emptyParameter, wrongParameter } from './okx-error.ts'
import type { AccountRoutes } from './route.ts'

/** How an account is set up. https://www.okx.com/docs-v5/en/#trading-account-rest-api-set-position-mode */
export function toSettingsRoutes(exchange: Exchange): AccountRoutes {
  return [
    [
      'POST account/set-position-mode',
      {
        scope: 'user',
        limit: 5,
        answer({ account, body }) {
          const { posMode } = body
          if (posMode !== 'long_short_mode' && posMode !== 'net_mode') throw wrongParameter('posMode')
          const isHedged = posMode === 'long_short_mode'
          if (isHedged !== account.isHedged && isBusy(account))
            throw new OkxError(
              '59000',
              'Setting failed. Cancel any open orders, close positions, and stop trading bots first.',
            )
          account.isHedged = isHedged
          return [{ posMode }]
        },
      },
    ],
    [
      'POST account/set-leverage',
      {
        scope: 'user',
        limit: 20,
        answer({ account, body }) {
          const instId = String(body['instId'] ?? '')
          if (instId === '') throw emptyParameter('instId')
          const listing = readInstrument(exchange.market, instId)
          if (body['mgnMode'] !== 'cross') throw wrongParameter('mgnMode')
          const lever = Number(body['lever'] ?? NaN)
          if (!Number.isInteger(lever) || lever < 1) throw wrongParameter('lever')
          if (lever > bracketsOf(listing)[0]!.maxLeverage)
            throw new OkxError('59102', 'Leverage exceeds the maximum limit. Please lower the leverage.')
          exchange.setLeverage(account, listing.symbol, lever)
          return [{ instId, lever: String(lever), mgnMode: 'cross', posSide: '' }]
        },
      },
    ],
  ]
}

/** True while orders wait or positions are held, in which the mode cannot be changed. */
function isBusy({ openOrders, conditionals, positions }: Account): boolean {
  return (
    openOrders.size > 0 ||
    [...conditionals.values()].some(isWaiting) ||
    [...positions.values()].some(({ size }) => size !== 0n)
  )
}
