import { positionSides } from './bybit-account-map.ts'
import { sides, states, stopStates, timesInForce, tradeTypes, types } from './bybit-order-map.ts'
import { statuses, underlyings } from './bybit.ts'
import type { RowShape, Shape } from './check-shape.ts'
import { wordsOf } from './venue-shapes.ts'

// Held to what was recorded of the venue: instruments, tickers and klines by stream, a position by stream; and to what
// ccxt's sources quote of it. Of account info, wallet, orders, executions and the log only such quotes were there.

/** The envelope of every answer. */
export function answer(result: Shape): RowShape {
  return { reads: { retCode: { words: ['0'] }, result }, knows: 'retMsg retExtInfo time' }
}

/** The same, of what is as of the time of the answer. */
export function timedAnswer(result: Shape): RowShape {
  return {
    reads: { retCode: { words: ['0'] }, time: 'ms as number', result },
    knows: 'retMsg retExtInfo',
  }
}

/** What an answer with rows holds. */
export function list(each: Shape, knows = ''): RowShape {
  return { reads: { list: { each } }, knows: `category nextPageCursor ${knows}` }
}

/** A page of rows. */
export function page(each: Shape): RowShape {
  return {
    reads: { list: { each } },
    may: { nextPageCursor: 'text, perhaps empty' },
    knows: 'category',
  }
}

export const instrument: RowShape = {
  reads: {
    symbol: 'text',
    contractType: { words: ['LinearPerpetual', 'LinearFutures'] },
    status: wordsOf(statuses),
    baseCoin: 'text',
    quoteCoin: 'text',
    symbolType: wordsOf(underlyings, { '': '', innovation: '' }),
    deliveryTime: 'ms as text, perhaps empty',
    priceFilter: { reads: { tickSize: 'decimal' }, knows: 'minPrice maxPrice' },
    lotSizeFilter: {
      reads: {
        qtyStep: 'decimal',
        minOrderQty: 'decimal',
        maxMktOrderQty: 'decimal',
        minNotionalValue: 'decimal',
      },
      knows: 'maxOrderQty postOnlyMaxOrderQty',
    },
  },
  knows: `settleCoin launchTime deliveryFeeRate priceScale leverageFilter unifiedMarginTrade fundingInterval copyTrading
    upperFundingRate lowerFundingRate isPreListing preListingInfo riskParameters displayName forbidUplWithdrawal symbolId`,
}

export const kline: Shape = {
  places: ['ms as text', 'decimal', 'decimal', 'decimal', 'decimal', 'decimal'],
}

const knownOfTicker = `basis basisRate basisRateYear curPreListingPhase deliveryFeeRate deliveryTime fundingCap
  fundingIntervalHour highPrice24h lastPrice lowPrice24h openInterest openInterestValue preOpenPrice preQty
  predictedDeliveryPrice prevPrice1h prevPrice24h price24hPcnt singleOpenInterest singleOpenInterestValue tickDirection
  volume24h`
const values = {
  bid1Price: 'decimal, perhaps empty',
  bid1Size: 'decimal, perhaps empty',
  ask1Price: 'decimal, perhaps empty',
  ask1Size: 'decimal, perhaps empty',
  markPrice: 'decimal, perhaps empty',
  indexPrice: 'decimal, perhaps empty',
  fundingRate: 'decimal, perhaps empty',
  nextFundingTime: 'ms as text, perhaps empty',
  turnover24h: 'decimal, perhaps empty',
} as const

export const ticker: RowShape = { reads: { symbol: 'text', ...values }, knows: knownOfTicker }

/** By stream: what has not changed is left out. */
export const tickerChange: RowShape = { reads: { symbol: 'text' }, may: values, knows: knownOfTicker }

export const streamKline: RowShape = {
  reads: {
    start: 'ms as number',
    end: 'ms as number',
    interval: 'text',
    open: 'decimal',
    high: 'decimal',
    low: 'decimal',
    close: 'decimal',
    volume: 'decimal',
    confirm: 'true or false',
  },
  knows: 'turnover timestamp',
}

const modes = ['REGULAR_MARGIN', 'ISOLATED_MARGIN', 'PORTFOLIO_MARGIN']

export const accountInfo: RowShape = {
  reads: { marginMode: { words: modes } },
  knows: `unifiedMarginStatus updatedTime dcpStatus timeWindow smpGroup isMasterTrader spotHedgingStatus`,
}

const coinMay = { locked: 'decimal, perhaps empty' } as const
const coin: RowShape = {
  reads: {
    coin: 'text',
    walletBalance: 'decimal',
    equity: 'decimal, perhaps empty',
    unrealisedPnl: 'decimal, perhaps empty',
    totalPositionIM: 'decimal, perhaps empty',
    totalOrderIM: 'decimal, perhaps empty',
    totalPositionMM: 'decimal, perhaps empty',
  },
  may: coinMay,
  knows: `availableToBorrow availableToWithdraw accruedInterest bonus borrowAmount cumRealisedPnl free
          marginCollateral spotBorrow spotHedgingQty usdValue`,
}
const knownOfWallet = `accountIMRate accountLTV accountMMRate accountType totalAvailableBalance totalEquity totalInitialMargin
    totalMaintenanceMargin totalMarginBalance totalPerpUPL totalWalletBalance`

/** By REST, which says of a coin whether it is margin. */
export const wallet: RowShape = {
  reads: { coin: { each: { ...coin, may: { ...coinMay, collateralSwitch: 'true or false' } } } },
  knows: knownOfWallet,
}

export const walletEvent: RowShape = {
  reads: { coin: { each: { ...coin, knows: `${coin.knows} collateralSwitch` } } },
  knows: knownOfWallet,
}

const positionReads = {
  symbol: 'text',
  side: { words: ['Buy', 'Sell', ''] },
  size: 'decimal',
  positionIdx: wordsOf(positionSides),
  leverage: 'decimal, perhaps empty',
  markPrice: 'decimal, perhaps empty',
  unrealisedPnl: 'decimal, perhaps empty',
  positionIM: 'decimal, perhaps empty',
  positionMM: 'decimal, perhaps empty',
  liqPrice: 'decimal, perhaps empty',
  tradeMode: { words: ['0', '1'] },
  updatedTime: 'ms as text, perhaps empty',
} as const
const positionMay = {
  avgPrice: 'decimal, perhaps empty',
  entryPrice: 'decimal, perhaps empty',
  positionBalance: 'decimal, perhaps empty',
} as const
const knownOfPosition = `adlRankIndicator autoAddMargin bustPrice createdTime cumRealisedPnl curRealisedPnl isReduceOnly
    leverageSysUpdatedTime mmrSysUpdatedTime positionIMByMp positionMMByMp positionStatus positionValue riskId seq
    sessionAvgPrice stopLoss takeProfit tpslMode trailingStop`

/** By REST, which says avgPrice. */
export const position: RowShape = {
  reads: positionReads,
  may: { ...positionMay, riskLimitValue: 'decimal, perhaps empty' },
  knows: `${knownOfPosition} category`,
}

/** By stream, which says entryPrice. */
export const positionEvent: RowShape = {
  reads: { ...positionReads, category: 'text' },
  may: positionMay,
  knows: `${knownOfPosition} riskLimitValue`,
}

const orderReads = {
  symbol: 'text',
  orderId: 'text',
  orderLinkId: 'text, perhaps empty',
  side: wordsOf(sides),
  positionIdx: wordsOf(positionSides),
  orderType: wordsOf(types),
  timeInForce: wordsOf(timesInForce),
  orderStatus: wordsOf(states, stopStates),
  cancelType: 'text, perhaps empty',
  rejectReason: 'text, perhaps empty',
  price: 'decimal, perhaps empty',
  qty: 'decimal',
  cumExecQty: 'decimal, perhaps empty',
  avgPrice: 'decimal, perhaps empty',
  stopOrderType: 'text, perhaps empty',
  triggerPrice: 'decimal, perhaps empty',
  closeOnTrigger: 'true or false',
  reduceOnly: 'true or false',
  updatedTime: 'ms as text',
} as const
const knownOfOrder = `blockTradeId closedPnl cumExecFee cumExecValue cumFeeDetail extraFees feeCurrency isLeverage
    lastPriceOnCreated leavesQty leavesValue marketUnit orderIv placeType slLimitPrice slTriggerBy
    slippageTolerance slippageToleranceType smpGroup smpOrderId smpType stopLoss takeProfit tpLimitPrice tpTriggerBy
    triggerBy triggerDirection`

/** By REST; of the book, and conditional ones before and after. */
export const order: RowShape = {
  reads: { ...orderReads, createdTime: 'ms as text' },
  may: { tpslMode: 'text, perhaps empty', createType: 'text, perhaps empty' },
  knows: `${knownOfOrder} category`,
}

/** By stream. */
export const orderEvent: RowShape = {
  reads: { ...orderReads, category: 'text' },
  may: { tpslMode: 'text, perhaps empty', createType: 'text, perhaps empty' },
  knows: `${knownOfOrder} createdTime`,
}

export const execution: RowShape = {
  reads: {
    symbol: 'text',
    execId: 'text',
    orderId: 'text',
    // Funding is told among trades and left out.
    execType: { words: [...tradeTypes, 'Funding', 'SessionSettlePnL', 'MovePosition'] },
    side: wordsOf(sides),
    execPrice: 'decimal',
    execQty: 'decimal',
    execFee: 'decimal',
    isMaker: 'true or false',
    execTime: 'ms as text',
  },
  may: {
    closedSize: 'decimal, perhaps empty',
    execPnl: 'decimal, perhaps empty',
    feeCurrency: 'text, perhaps empty',
    feeCoin: 'text, perhaps empty',
  },
  knows: `orderLinkId category blockTradeId createType execValue extraFees feeRate indexPrice isLeverage leavesQty markIv markPrice marketUnit
    nextPageCursor orderPrice orderQty orderType seq stopOrderType tradeIv underlyingPrice`,
}

/** By stream, where it is known by our own id. */
export const executionEvent: RowShape = {
  ...execution,
  reads: { ...execution.reads, orderLinkId: 'text, perhaps empty', category: 'text' },
}

export const logEntry: RowShape = {
  reads: {
    id: 'text',
    type: 'text',
    category: 'text, perhaps empty',
    symbol: 'text, perhaps empty',
    currency: 'text',
    transactionTime: 'ms as text',
    fee: 'decimal, perhaps empty',
    funding: 'decimal, perhaps empty',
    cashFlow: 'decimal, perhaps empty',
    change: 'decimal',
  },
  knows: `bonusChange cashBalance feeRate orderId orderLinkId qty side size tradeId tradePrice transSubType extraFees`,
}
