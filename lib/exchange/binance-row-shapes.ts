import { sides } from './binance-account-map.ts'
import { states, stopStates, timesInForce, tradeSides } from './binance-order-map.ts'
import { statuses } from './binanceusdm.ts'
import type { RowShape, Shape } from './check-shape.ts'
import { wordsOf } from './venue-shapes.ts'

// Held to what was recorded of the venue: exchangeInfo, premiumIndex, klines, balance and positionRisk of version 2,
// symbolConfig, orders, and the events. Of account, balance and positionRisk of version 3, accountConfig, income, trades,
// conditional orders and the 24-hour ticker only examples of the venue's pages, or ccxt's, were there.

const limits = 'minQty maxQty stepSize'

export const instrument: RowShape = {
  reads: {
    symbol: 'text',
    // A contract that waits for its listing has none.
    contractType: {
      words: [
        'PERPETUAL',
        'TRADIFI_PERPETUAL',
        'CURRENT_QUARTER',
        'NEXT_QUARTER',
        'CURRENT_QUARTER DELIVERING',
        'NEXT_QUARTER DELIVERING',
        'PERPETUAL DELIVERING',
        '',
      ],
    },
    status: wordsOf(statuses),
    baseAsset: 'text',
    quoteAsset: 'text',
    marginAsset: 'text',
    underlyingType: { words: ['COIN', 'INDEX', 'EQUITY', 'COMMODITY', 'PREMARKET'] },
    deliveryDate: 'ms as number',
    filters: {
      each: {
        by: 'filterType',
        rows: {
          PRICE_FILTER: { reads: { filterType: 'text', tickSize: 'decimal' }, knows: 'minPrice maxPrice' },
          LOT_SIZE: {
            reads: { filterType: 'text', minQty: 'decimal', stepSize: 'decimal' },
            knows: limits,
          },
          MARKET_LOT_SIZE: { reads: { filterType: 'text', maxQty: 'decimal' }, knows: limits },
          MIN_NOTIONAL: { reads: { filterType: 'text', notional: 'decimal' } },
          PERCENT_PRICE: {
            reads: { filterType: 'text', multiplierUp: 'decimal', multiplierDown: 'decimal' },
            knows: 'multiplierDecimal',
          },
          MAX_NUM_ORDERS: { reads: { filterType: 'text' }, knows: 'limit' },
          MAX_NUM_ALGO_ORDERS: { reads: { filterType: 'text', limit: 'number' } },
          POSITION_RISK_CONTROL: {
            reads: { filterType: 'text' },
            knows: 'positionControlSide permissionControl',
          },
        },
      },
      has: [
        'PRICE_FILTER',
        'LOT_SIZE',
        'MARKET_LOT_SIZE',
        'MIN_NOTIONAL',
        'PERCENT_PRICE',
        'MAX_NUM_ALGO_ORDERS',
      ],
    },
  },
  knows: `pair onboardDate maintMarginPercent requiredMarginPercent pricePrecision quantityPrecision
    baseAssetPrecision quotePrecision underlyingSubType settlePlan triggerProtect liquidationFee marketTakeBound
    maxMoveOrderLimit orderTypes timeInForce permissionSets`,
}

export const kline: Shape = {
  each: { places: ['ms as number', 'decimal', 'decimal', 'decimal', 'decimal', 'decimal'] },
}

/** Of a position. */
export const marginTypes = { words: ['cross', 'isolated'] } as const

// Each of the endpoints leaves out what others tell; one map reads them all.
const toldElsewhere = {
  entryPrice: 'decimal',
  markPrice: 'decimal',
  liquidationPrice: 'decimal',
  leverage: 'decimal',
  marginType: marginTypes,
  unRealizedProfit: 'decimal',
} as const

const position: RowShape = {
  reads: {
    symbol: 'text',
    positionSide: wordsOf(sides),
    positionAmt: 'decimal',
    isolatedWallet: 'decimal',
    updateTime: 'ms as number, perhaps 0',
  },
  knows: 'isolatedMargin notional',
}
export const risk: RowShape = {
  reads: {
    ...position.reads,
    entryPrice: 'decimal',
    markPrice: 'decimal',
    unRealizedProfit: 'decimal',
    liquidationPrice: 'decimal',
  },
  knows: `${position.knows} breakEvenPrice`,
}
export const balance: RowShape = {
  reads: {
    asset: 'text',
    crossWalletBalance: 'decimal',
    availableBalance: 'decimal',
    updateTime: 'ms as number, perhaps 0',
  },
  knows: 'maxWithdrawAmount marginAvailable',
}
export const margins = { initialMargin: 'decimal', maintMargin: 'decimal' } as const

export const account: RowShape = {
  reads: {
    assets: {
      each: {
        reads: {
          ...balance.reads,
          ...margins,
          walletBalance: 'decimal',
          marginBalance: 'decimal',
          unrealizedProfit: 'decimal',
        },
        knows: `${balance.knows} crossUnPnl positionInitialMargin openOrderInitialMargin`,
      },
    },
    positions: {
      each: {
        reads: { ...position.reads, ...margins, unrealizedProfit: 'decimal' },
        may: toldElsewhere,
        knows: position.knows ?? '',
      },
    },
  },
  knows: `totalInitialMargin totalMaintMargin totalWalletBalance totalUnrealizedProfit totalMarginBalance
    totalPositionInitialMargin totalOpenOrderInitialMargin totalCrossWalletBalance totalCrossUnPnl availableBalance
    maxWithdrawAmount feeTier canTrade canDeposit canWithdraw updateTime tradeGroupId`,
}

const direction = {
  symbol: 'text',
  side: wordsOf(tradeSides),
  positionSide: wordsOf(sides),
} as const

export const order: RowShape = {
  reads: {
    ...direction,
    orderId: 'whole number',
    clientOrderId: 'text',
    status: wordsOf(states),
    type: 'text',
    timeInForce: wordsOf(timesInForce),
    price: 'decimal',
    avgPrice: 'decimal',
    origQty: 'decimal',
    executedQty: 'decimal',
    reduceOnly: 'true or false',
    updateTime: 'ms as number',
  },
  knows: `cumQty cumQuote closePosition stopPrice workingType priceProtect origType priceMatch selfTradePreventionMode
    goodTillDate time activatePrice priceRate`,
}

export const conditional: RowShape = {
  reads: {
    ...direction,
    algoId: 'whole number',
    clientAlgoId: 'text',
    algoStatus: wordsOf(stopStates),
    quantity: 'decimal',
    triggerPrice: 'decimal',
    closePosition: 'true or false',
    reduceOnly: 'true or false',
    updateTime: 'ms as number',
  },
  may: { actualOrderId: 'text, perhaps empty' },
  knows: `algoType orderType timeInForce price actualPrice icebergQuantity selfTradePreventionMode
    workingType priceMatch priceProtect createTime triggerTime goodTillDate
    activatePrice callbackRate`,
}

export const trade: RowShape = {
  reads: {
    ...direction,
    id: 'whole number',
    orderId: 'whole number',
    price: 'decimal',
    qty: 'decimal',
    commission: 'decimal',
    commissionAsset: 'text',
    realizedPnl: 'decimal',
    maker: 'true or false',
    time: 'ms as number',
  },
  knows: 'quoteQty marginAsset buyer',
}
