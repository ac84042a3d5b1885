import type { Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import { formatUnits } from '../core/units.ts'
import { OkxError } from './okx-error.ts'

const CONTRACT_DIGITS = 2

export type InstrumentType = 'SWAP' | 'FUTURES'

/** A listing as this venue names and measures it. */
export interface Instrument {
  readonly instId: string
  readonly type: InstrumentType
  readonly listing: Listing
  /** a contract is 10^contractExponent of the base asset */
  readonly contractExponent: number
  /** decimals of a number of contracts */
  readonly contractDigits: number
}

/** What the venue lists, by its own names. */
export class Instruments {
  private readonly market: Market
  private version = -1
  private byId = new Map<string, Instrument>()
  private bySymbol = new Map<string, Instrument>()

  constructor(market: Market) {
    this.market = market
  }

  list(type: InstrumentType): Instrument[] {
    this.refresh()
    return [...this.byId.values()].filter((each) => each.type === type)
  }

  find(instId: string): Instrument | undefined {
    this.refresh()
    return this.byId.get(instId)
  }

  /** Throws OkxError. */
  read(instId: string): Instrument {
    const instrument = this.find(instId)
    if (instrument === undefined) {
      throw new OkxError('51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
    }
    return instrument
  }

  /** By the market's own name; undefined when it is delisted. */
  ofSymbol(symbol: string): Instrument | undefined {
    this.refresh()
    return this.bySymbol.get(symbol)
  }

  private refresh(): void {
    if (this.version === this.market.version) return
    this.version = this.market.version
    const all = [...this.market.listings.values()].map(toInstrument)
    this.byId = new Map(all.map((each) => [each.instId, each]))
    this.bySymbol = new Map(all.map((each) => [each.listing.symbol, each]))
  }
}

/** A contract is a hundred lots. */
function toInstrument(listing: Listing): Instrument {
  const { baseAsset, quoteAsset, contract, symbol, quantityDigits } = listing
  const pair = `${baseAsset}-${quoteAsset}`
  const isDated = contract === 'CURRENT_QUARTER'
  const contractExponent = CONTRACT_DIGITS - quantityDigits
  return {
    instId: isDated ? `${pair}-${symbol.slice(symbol.indexOf('_') + 1)}` : `${pair}-SWAP`,
    type: isDated ? 'FUTURES' : 'SWAP',
    listing,
    contractExponent,
    contractDigits: CONTRACT_DIGITS,
  }
}

/** Lots of the market as contracts. */
export function formatContracts({ contractDigits }: Instrument, lots: number): string {
  return trim(formatUnits(lots, contractDigits))
}

export function formatPrice({ listing }: Instrument, ticks: number): string {
  return trim(formatUnits(ticks, listing.priceDigits))
}

/** Lots of the market as an amount of the base asset. */
export function formatBase({ listing }: Instrument, lots: number): string {
  return trim(formatUnits(lots, listing.quantityDigits))
}

/** 10^exponent. */
export function powerOfTen(exponent: number): string {
  return exponent >= 0 ? `1${'0'.repeat(exponent)}` : `0.${'0'.repeat(-exponent - 1)}1`
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** A row of GET /public/instruments. */
export function toInstrumentRow(instrument: Instrument): object {
  const { instId, type, listing, contractExponent, contractDigits } = instrument
  const { baseAsset, quoteAsset, referencePrice } = listing
  const family = `${baseAsset}-${quoteAsset}`
  const contractValue = referencePrice * 10 ** contractExponent
  const most = (value: number) => powerOfTen(Math.max(1, Math.round(Math.log10(value / contractValue))))
  const lot = powerOfTen(-contractDigits)
  return {
    alias: type === 'FUTURES' ? 'quarter' : '',
    auctionEndTime: '',
    baseCcy: '',
    category: '1',
    contTdSwTime: '',
    ctMult: '1',
    ctType: 'linear',
    ctVal: powerOfTen(contractExponent),
    ctValCcy: baseAsset,
    expTime: listing.deliveryTime === undefined ? '' : String(listing.deliveryTime),
    futureSettlement: false,
    instFamily: family,
    instId,
    instIdCode: listing.seed,
    instType: type,
    lever: '100',
    listTime: String(listing.onboardTime),
    lotSz: lot,
    maxIcebergSz: most(50_000_000),
    maxLmtAmt: '20000000',
    maxLmtSz: most(50_000_000),
    maxMktAmt: '',
    maxMktSz: most(5_000_000),
    maxPlatOILmt: '',
    maxStopSz: most(5_000_000),
    maxTriggerSz: most(50_000_000),
    maxTwapSz: most(50_000_000),
    minSz: lot,
    openType: '',
    optType: '',
    posLmtAmt: '',
    posLmtPct: '',
    preMktSwTime: '',
    quoteCcy: '',
    ruleType: listing.underlying === 'PREMARKET' ? 'pre_market' : 'normal',
    settleCcy: quoteAsset,
    state: toState(listing),
    stk: '',
    tickSz: powerOfTen(-listing.priceDigits),
    tradeQuoteCcyList: [],
    uly: family,
  }
}

function toState({ status }: Listing): string {
  if (status === 'TRADING') return 'live'
  return status === 'PENDING_TRADING' ? 'preopen' : 'suspend'
}
