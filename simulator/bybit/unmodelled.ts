/** What the venue tells of things that this market has not, as it is recorded where there is nothing to tell. */
export const ofPositions = {
  riskId: 1,
  riskLimitValue: '',
  sessionAvgPrice: '',
  bustPrice: '',
  adlRankIndicator: 0,
  autoAddMargin: 0,
  leverageSysUpdatedTime: '',
  mmrSysUpdatedTime: '',
  isReduceOnly: false,
}

export const ofOrders = {
  slLimitPrice: '0',
  lastPriceOnCreated: '',
  createType: 'CreateByUser',
  takeProfit: '',
  tpslMode: '',
  smpType: 'None',
  blockTradeId: '',
  isLeverage: '',
  orderIv: '',
  tpTriggerBy: '',
  leavesValue: '0',
  smpGroup: 0,
  tpLimitPrice: '0',
  slTriggerBy: '',
  slippageToleranceType: 'UNKNOWN',
  placeType: '',
  stopLoss: '',
  smpOrderId: '',
  slippageTolerance: '0',
  extraFees: '',
}

export const ofTrades = {
  tradeIv: '',
  markIv: '',
  blockTradeId: '',
  markPrice: '',
  indexPrice: '',
  underlyingPrice: '',
  isLeverage: '0',
}
