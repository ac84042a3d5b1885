import { InvariantError } from '../model/errors.ts'

/** Where a message stands in the feed. */
export interface FeedPosition {
  /** begins anew when the hub has lost the sequence */
  readonly epoch: number
  readonly sequence: number
}

/** Takes in what a message tells, number by number, so that nothing is allocated per change. */
export interface FeedVisitor {
  kline(
    intervalMs: number,
    index: number,
    openTime: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    klineClass: number,
  ): void
  /** a symbol was asked for at this venue time */
  polled(intervalMs: number, index: number, polledAt: number): void
  ticker(index: number, time: number, bid: number, bidSize: number, ask: number, askSize: number): void
  /** the whole market was asked for its tickers at this venue time */
  tickersPolled(polledAt: number): void
}

// The packed form is written by klines-merge.lua and tickers-merge.lua, all numbers little-endian:
// kind (1 byte), version (1), seconds of the interval (4), epoch (8), sequence (8), how many groups (2).
const headerLength = 24
const versionHere = 1
const klines = 'k'.charCodeAt(0)
const tickers = 't'.charCodeAt(0)

// Per group of klines: index (4), polledAt (8), how many rows (2); per row six doubles and the class.
const groupLength = 14
const klineLength = 49
// Per ticker: index (4) and five doubles.
const tickerLength = 44

/** The message's place in the feed. */
export function feedPositionOf(message: Uint8Array): FeedPosition {
  const view = viewOf(message)
  return { epoch: view.getFloat64(6, true), sequence: view.getFloat64(14, true) }
}

/** Tells a visitor everything in a message; gives how many klines and tickers it held. */
export function visitFeedMessage(message: Uint8Array, visitor: FeedVisitor): number {
  const view = viewOf(message)
  const kind = view.getUint8(0)
  if (view.getUint8(1) !== versionHere)
    throw new InvariantError(`a feed message must be of version ${versionHere}, was ${view.getUint8(1)}`)
  if (kind === klines) return visitKlines(view, visitor)
  if (kind === tickers) return visitTickers(view, visitor)
  throw new InvariantError(`a feed message must be k or t, was "${String.fromCharCode(kind)}"`)
}

function visitKlines(view: DataView, visitor: FeedVisitor): number {
  const intervalMs = view.getUint32(2, true) * 1000
  const groups = view.getUint16(22, true)
  let at = headerLength
  let told = 0
  for (let group = 0; group < groups; group++) {
    const index = view.getUint32(at, true)
    const polledAt = view.getFloat64(at + 4, true)
    const rows = view.getUint16(at + 12, true)
    at += groupLength
    for (let row = 0; row < rows; row++) {
      visitor.kline(
        intervalMs,
        index,
        view.getFloat64(at, true),
        view.getFloat64(at + 8, true),
        view.getFloat64(at + 16, true),
        view.getFloat64(at + 24, true),
        view.getFloat64(at + 32, true),
        view.getFloat64(at + 40, true),
        view.getUint8(at + 48),
      )
      at += klineLength
    }
    if (polledAt > 0) visitor.polled(intervalMs, index, polledAt)
    told += rows
  }
  return told
}

function visitTickers(view: DataView, visitor: FeedVisitor): number {
  const count = view.getUint16(22, true)
  const polledAt = view.getFloat64(headerLength, true)
  let at = headerLength + 8
  for (let i = 0; i < count; i++) {
    visitor.ticker(
      view.getUint32(at, true),
      view.getFloat64(at + 4, true),
      view.getFloat64(at + 12, true),
      view.getFloat64(at + 20, true),
      view.getFloat64(at + 28, true),
      view.getFloat64(at + 36, true),
    )
    at += tickerLength
  }
  if (polledAt > 0) visitor.tickersPolled(polledAt)
  return count
}

function viewOf(message: Uint8Array): DataView {
  if (message.byteLength < headerLength)
    throw new InvariantError(`a feed message of ${message.byteLength} bytes is too short`)
  return new DataView(message.buffer, message.byteOffset, message.byteLength)
}
