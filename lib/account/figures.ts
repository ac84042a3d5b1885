import { add, div, mul, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument, InstrumentOf } from '../model/instrument.ts'
import type { AccountBalance } from './account-balance.ts'
import type { AccountPosition } from './account-position.ts'

/** What an account comes to, in the quote asset. A figure of which any part is unknown is undefined. */
export interface AccountFigures {
  /** of all assets, without unrealised profit */
  readonly walletBalance: Decimal | undefined
  /** of all positions, at their mark prices */
  readonly unrealisedProfit: Decimal | undefined
  /** wallet balance and unrealised profit */
  readonly equity: Decimal | undefined
  /** what the venue lets be used for new positions, as it told last */
  readonly available: Decimal | undefined
  /** as the venue told last */
  readonly maintenanceMargin: Decimal | undefined
  /** maintenance margin by equity, a fraction: at 1 the venue liquidates; undefined without equity, too */
  readonly marginRatio: Decimal | undefined
  /** what is missing, each once: `price of BNB`, `mark of BTCUSDT`, `entry of BTCUSDT/both` */
  readonly unknown: readonly string[]
}

/** Prices that figures are worked out with; undefined where they are not known. */
export interface Prices {
  readonly instrumentOf: InstrumentOf
  /** in the quote asset of the symbol */
  readonly markOf: (symbol: string) => Decimal | undefined
  /** of one unit of an asset, in the quote asset that all is valued in */
  readonly priceOf: (asset: string) => Decimal | undefined
}

const ratioPlaces = 8

/** The figures of an account. */
export function toFigures(
  positions: Iterable<AccountPosition>,
  balances: Iterable<AccountBalance>,
  prices: Prices,
): AccountFigures {
  const unknown = new Set<string>()
  const need = <T>(value: T | undefined, what: string): T | undefined => {
    if (value === undefined) unknown.add(what)
    return value
  }
  const valueOf = (amount: Decimal | undefined, asset: string): Decimal | undefined => {
    if (amount === undefined || amount === '0') return amount
    const price = need(prices.priceOf(asset), `price of ${asset}`)
    return price === undefined ? undefined : mul(amount, price)
  }
  const assets = [...balances]
  const walletBalance = sum(assets.map((each) => valueOf(each.walletBalance, each.asset)))
  const told = (name: 'availableBalance' | 'maintenanceMargin', what: string) =>
    sum(
      assets.map(({ asset, valuation, ...wallet }) =>
        // An asset that nothing is held of has no part in it, told or not.
        wallet.walletBalance === '0' && valuation[name] === undefined
          ? '0'
          : valueOf(need(valuation[name], `${what} of ${asset}`), asset),
      ),
    )
  const unrealisedProfit = sum(
    [...positions]
      .filter(({ size }) => size !== '0')
      .map((position) => {
        const instrument = need(prices.instrumentOf(position.symbol), `instrument of ${position.symbol}`)
        const profit = instrument && profitOf(position, instrument, prices, need)
        return profit === undefined ? undefined : valueOf(profit, instrument?.settle ?? '')
      }),
  )
  const equity = sum([walletBalance, unrealisedProfit])
  const maintenanceMargin = told('maintenanceMargin', 'maintenance margin')
  const hasRatio = equity !== undefined && maintenanceMargin !== undefined && equity !== '0'
  return {
    walletBalance,
    unrealisedProfit,
    equity,
    available: told('availableBalance', 'available balance'),
    maintenanceMargin,
    marginRatio: hasRatio ? div(maintenanceMargin, equity, ratioPlaces) : undefined,
    unknown: [...unknown],
  }
}

/** What a position would realise at its mark price, in the settle asset; undefined while anything of it is unknown. */
export function unrealisedAtMark(position: AccountPosition, prices: Prices): Decimal | undefined {
  if (position.size === '0') return '0'
  const instrument = prices.instrumentOf(position.symbol)
  return instrument && profitOf(position, instrument, prices, (value) => value)
}

/**
 * The price of an asset in `quote` by the mark of its perpetual, else by the best bid; `1` of the quote asset itself.
 */
export function priceAssets(
  quote: string,
  instruments: Iterable<Instrument>,
  markOf: (symbol: string) => Decimal | undefined,
  bidOf: (symbol: string) => Decimal | undefined,
): (asset: string) => Decimal | undefined {
  const symbols = new Map<string, string>()
  for (const { symbol, base, quote: of, contract, linear } of instruments) {
    if (of === quote && contract === 'perpetual' && linear) symbols.set(base, symbol)
  }
  return (asset) => {
    if (asset === quote) return '1'
    const symbol = symbols.get(asset)
    return symbol === undefined ? undefined : (markOf(symbol) ?? bidOf(symbol))
  }
}

function profitOf(
  { symbol, side, size, entryPrice }: AccountPosition,
  { contractSize, linear }: Instrument,
  { markOf }: Prices,
  need: <T>(value: T | undefined, what: string) => T | undefined,
): Decimal | undefined {
  if (!linear) return need(undefined, `profit of the inverse ${symbol}`)
  const mark = need(markOf(symbol), `mark of ${symbol}`)
  const entry = need(entryPrice, `entry of ${symbol}/${side}`)
  return mark === undefined || entry === undefined ? undefined : mul(size, contractSize, sub(mark, entry))
}

function sum(parts: readonly (Decimal | undefined)[]): Decimal | undefined {
  const known = parts.flatMap((part) => part ?? [])
  return known.length < parts.length ? undefined : add('0', ...known)
}
