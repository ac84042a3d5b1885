import type { Account, Wallet } from './account.ts'
import type { Conditional } from './conditional.ts'
import type { Fixed } from './fixed.ts'
import type { Order, Trade } from './order.ts'
import type { Position } from './position.ts'

export type BalanceReason = 'FUNDING_FEE' | 'DEPOSIT' | 'WITHDRAW' | 'INSURANCE_CLEAR'

/** Something that happened to an account at `time` (simulated ms), told in the order it happened. */
export type AccountEvent =
  | {
      readonly kind: 'order'
      readonly account: Account
      readonly order: Order
      readonly execution: 'NEW' | 'CANCELED' | 'EXPIRED'
      readonly time: number
    }
  | {
      readonly kind: 'fill'
      readonly account: Account
      readonly order: Order
      readonly trade: Trade
      readonly wallet: Wallet
      readonly position: Position
      readonly time: number
    }
  | {
      readonly kind: 'balance'
      readonly account: Account
      readonly reason: BalanceReason
      readonly wallet: Wallet
      readonly change: Fixed
      readonly time: number
    }
  | {
      readonly kind: 'conditional'
      readonly account: Account
      readonly conditional: Conditional
      /** the order it made, once it has */
      readonly child: Order | undefined
      readonly time: number
    }
  | {
      readonly kind: 'leverage'
      readonly account: Account
      readonly symbol: string
      readonly leverage: number
      readonly time: number
    }

export type Emit = (event: AccountEvent) => void
