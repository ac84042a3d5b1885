import type { RowShape, Shape } from './check-shape.ts'
import { marginModes, positionModes, positionSides } from './okx-account-map.ts'
import { flags, liquidities, sides, states, stopStates, types } from './okx-order-map.ts'
import { statuses, underlyings } from './okx.ts'
import { wordsOf } from './venue-shapes.ts'

// Held to what was recorded of the venue: instruments, candles, balance and a row of orders; and to what ccxt's sources
// quote of it. Of the config, bills, fills, marks and funding rates only such quotes and examples were there.

/** The envelope of every answer. */
export function answer(each: Shape): RowShape {
  return { reads: { code: { words: ['0'] }, data: { each } }, knows: 'msg inTime outTime' }
}

/** Contracts of SWAP. */
export const instrument: RowShape = {
  reads: {
    instId: 'text',
    instType: { words: ['SWAP'] },
    uly: 'text',
    settleCcy: 'text',
    ctVal: 'decimal',
    ctMult: 'decimal',
    lotSz: 'decimal',
    minSz: 'decimal',
    tickSz: 'decimal',
    maxMktSz: 'decimal',
    state: wordsOf(statuses),
    expTime: 'ms as text, perhaps empty',
    ruleType: { words: ['normal', 'pre_market'] },
  },
  // 1 is coins. Told by the venue's pages alone.
  may: { instCategory: wordsOf({ '': '', 1: 'coin' }, underlyings) },
  knows: `alias auctionEndTime baseCcy category contTdSwTime ctType ctValCcy futureSettlement instFamily instIdCode lever listTime
    maxIcebergSz maxLmtAmt maxLmtSz maxMktAmt maxPlatOILmt maxStopSz maxTriggerSz maxTwapSz openType optType posLmtAmt
    posLmtPct preMktSwTime quoteCcy stk tradeQuoteCcyList groupId upcChg`,
}

/** A candle, by REST and by stream. */
export const candle: Shape = {
  places: ['ms as text', 'decimal', 'decimal', 'decimal', 'decimal', 'decimal', 'decimal'],
}

/** Best bid and ask and the day, by REST and by stream. */
export const ticker: RowShape = {
  reads: {
    instId: 'text',
    last: 'decimal, perhaps empty',
    bidPx: 'decimal, perhaps empty',
    bidSz: 'decimal, perhaps empty',
    askPx: 'decimal, perhaps empty',
    askSz: 'decimal, perhaps empty',
    volCcy24h: 'decimal, perhaps empty',
    ts: 'ms as text',
  },
  knows: 'instType lastSz open24h high24h low24h sodUtc0 sodUtc8 vol24h',
}

export const mark: RowShape = {
  reads: { instId: 'text', markPx: 'decimal', ts: 'ms as text' },
  knows: 'instType',
}

export const funding: RowShape = {
  reads: { instId: 'text', fundingRate: 'decimal, perhaps empty', fundingTime: 'ms as text' },
  knows: `instType nextFundingRate nextFundingTime formulaType impactValue interestRate maxFundingRate method minFundingRate
    premium prevFundingTime settFundingRate settState ts`,
}

export const config: RowShape = {
  reads: { acctLv: { words: ['1', '2', '3', '4'] }, posMode: wordsOf(positionModes) },
  may: { perm: 'text, perhaps empty' },
  knows: `acctStpMode autoLoan ctIsoMode enableSpotBorrow greeksType feeType ip type kycLv label level levelTmp
    liquidationGear mainUid mgnIsoMode opAuth roleType settleCcy settleCcyList spotBorrowAutoRepay spotOffsetType
    spotRoleType spotTraderInsts traderInsts uid`,
}

export const account: RowShape = {
  reads: {
    details: {
      each: {
        reads: {
          ccy: 'text',
          cashBal: 'decimal',
          availEq: 'decimal, perhaps empty',
          availBal: 'decimal, perhaps empty',
          eq: 'decimal, perhaps empty',
          upl: 'decimal, perhaps empty',
          imr: 'decimal, perhaps empty',
          mmr: 'decimal, perhaps empty',
          uTime: 'ms as text',
        },
        knows: `accAvgPx autoLendAmt autoLendMtAmt autoLendStatus autoStakingStatus borrowFroz clSpotInUseAmt coinUsdPrice
          colBorrAutoConversion colRes collateralEnabled collateralRestrict crossLiab disEq eqUsd fixedBal frozenBal frpType
          interest isoEq isoLiab isoUpl liab maxLoan maxSpotInUseAmt mgnRatio notionalLever openAvgPx ordFrozen rewardBal
          smtSyncEq spotBal spotCopyTradingEq spotInUseAmt spotIsoBal spotUpl spotUplRatio stgyEq totalPnl totalPnlRatio twap
          uplLiab`,
      },
    },
  },
  knows: `uTime adjEq availEq borrowFroz delta deltaLever deltaNeutralStatus imr isoEq mgnRatio mmr notionalUsd
    notionalUsdForBorrow notionalUsdForFutures notionalUsdForOption notionalUsdForSwap ordFroz totalEq upl`,
}

/** By stream, whose row tells when it was so. */
export const accountEvent: RowShape = {
  ...account,
  reads: { ...account.reads, uTime: 'ms as text' },
}

export const position: RowShape = {
  reads: {
    instId: 'text',
    posSide: wordsOf(positionSides),
    pos: 'decimal',
    avgPx: 'decimal, perhaps empty',
    mgnMode: wordsOf(marginModes),
    lever: 'decimal, perhaps empty',
    margin: 'decimal, perhaps empty',
    imr: 'decimal, perhaps empty',
    mmr: 'decimal, perhaps empty',
    liqPx: 'decimal, perhaps empty',
    markPx: 'decimal, perhaps empty',
    upl: 'decimal, perhaps empty',
    uTime: 'ms as text',
  },
  knows: `pTime instType adl availPos cTime ccy deltaBS deltaPA gammaBS gammaPA interest last liab liabCcy mgnRatio notionalUsd
    optVal posCcy posId thetaBS thetaPA tradeId uplRatio vegaBS vegaPA`,
}

/** By stream, which says when it was told. */
export const positionEvent: RowShape = { ...position, may: { pTime: 'ms as text' } }

const direction = {
  instId: 'text',
  side: wordsOf(sides),
  posSide: wordsOf(positionSides),
} as const

const fillsOfOrder = `tradeId fillPx fillSz fillTime fillFee fillFeeCcy fillPnl execType fee feeCcy pnl`
const knownOfOrder = `instType algoClOrdId attachAlgoClOrdId attachAlgoOrds cancelSourceReason ccy isTpLimit lever
  linkedAlgoOrd pxType pxUsd pxVol quickMgnType rebate rebateCcy slOrdPx slTriggerPx slTriggerPxType source stpId stpMode tag
  tdMode tgtCcy tpOrdPx tpTriggerPx tpTriggerPxType reqId msg amendResult amendSource code fillFwdPx fillMarkVol fillPxUsd
  fillPxVol lastPx notionalUsd fillNotionalUsd fillMarkPx fillIdxPx`

const mayOfOrder = {
  cancelSource: 'text, perhaps empty',
  category: 'text, perhaps empty',
  algoId: 'text, perhaps empty',
} as const

export const order: RowShape = {
  reads: {
    ...direction,
    ordId: 'text',
    clOrdId: 'text, perhaps empty',
    ordType: wordsOf(types),
    state: wordsOf(states),
    sz: 'decimal',
    px: 'decimal, perhaps empty',
    accFillSz: 'decimal, perhaps empty',
    avgPx: 'decimal, perhaps empty',
    reduceOnly: wordsOf(flags),
    uTime: 'ms as text',
  },
  may: mayOfOrder,
  knows: `cTime ${knownOfOrder} ${fillsOfOrder}`,
}

/** In lists, which are read from a time on. */
export const listedOrder: RowShape = { ...order, reads: { ...order.reads, cTime: 'ms as text' } }

/** By stream, which tells the last trade of the order besides. */
export const orderEvent: RowShape = {
  reads: {
    ...order.reads,
    fee: 'decimal, perhaps empty',
    feeCcy: 'text, perhaps empty',
    pnl: 'decimal, perhaps empty',
    tradeId: 'text, perhaps empty',
    fillPx: 'decimal, perhaps empty',
    fillSz: 'decimal, perhaps empty',
    fillTime: 'ms as text, perhaps empty',
  },
  may: {
    ...mayOfOrder,
    execType: wordsOf(liquidities, { '': '' }),
    fillFee: 'decimal, perhaps empty',
    fillFeeCcy: 'text, perhaps empty',
    fillPnl: 'decimal, perhaps empty',
  },
  knows: `cTime ${knownOfOrder}`,
}

export const conditional: RowShape = {
  reads: {
    ...direction,
    algoId: 'text',
    state: wordsOf(stopStates),
    sz: 'decimal, perhaps empty',
    slTriggerPx: 'decimal, perhaps empty',
    cTime: 'ms as text',
    ordId: 'text, perhaps empty',
  },
  // Rows of before 2023 have none of these.
  may: {
    algoClOrdId: 'text, perhaps empty',
    closeFraction: 'decimal, perhaps empty',
    failCode: 'text, perhaps empty',
    ordIdList: { each: 'text' },
    reduceOnly: wordsOf(flags),
    triggerPx: 'decimal, perhaps empty',
    tpTriggerPx: 'decimal, perhaps empty',
    triggerTime: 'ms as text, perhaps empty',
    uTime: 'ms as text',
  },
  knows: `instType activePx activePxType actualPx actualSide actualSz attachAlgoOrds callbackRatio
    callbackSpread ccy clOrdId ctVal last lever moveTriggerPx notionalUsd ordPx ordType pxLimit
    pxSpread pxVar quickMgnType slOrdPx slTriggerPxType szLimit tag tdMode tgtCcy timeInterval tpOrdPx tpTriggerPxType
    triggerPxType uly`,
}

export const fill: RowShape = {
  reads: {
    ...direction,
    tradeId: 'text',
    billId: 'text',
    ordId: 'text',
    fillPx: 'decimal',
    fillSz: 'decimal',
    fee: 'decimal',
    feeCcy: 'text',
    fillPnl: 'decimal',
    execType: wordsOf(liquidities),
    ts: 'ms as text',
  },
  may: { fillTime: 'ms as text' },
  knows: `instType clOrdId tag subType feeRate fillIdxPx fillMarkPx fillMarkVol fillFwdPx fillPxUsd fillPxVol`,
}

export const bill: RowShape = {
  reads: {
    billId: 'text',
    type: 'text',
    ccy: 'text',
    balChg: 'decimal',
    ts: 'ms as text',
    instId: 'text, perhaps empty',
    pnl: 'decimal, perhaps empty',
    fee: 'decimal, perhaps empty',
  },
  knows: `instType bal clOrdId execType fillFwdPx fillIdxPx fillMarkPx fillMarkVol fillPxUsd fillPxVol fillTime from
    interest mgnMode notes ordId posBal posBalChg px subType sz tag to tradeId`,
}
