/** Hands out the numbers of orders, trades and transactions. */
export class Ids {
  private readonly orderCounters = new Map<string, bigint>()
  private tradeId = 5_612_428_004
  private conditionalId = 2_146_759
  private transferId = 9_689_322_391n
  // The venue's funding transactions have such numbers: JSON.parse alters them silently.
  private fundingId = 4_480_321_991_774_044_579n

  /** Ids beyond 2^53 for about a quarter of the symbols, as on the venue; never for BTCUSDT and ETHUSDT. */
  nextOrder(symbol: string, seed: number): bigint {
    let last = this.orderCounters.get(symbol)
    if (last === undefined) {
      const isBig = (seed & 3) === 0 && symbol !== 'BTCUSDT' && symbol !== 'ETHUSDT'
      const slot = BigInt(this.orderCounters.size) * 1_000_000_000n
      last = (isBig ? 8_389_765_519_993_908_929n : 482_255_808_280n) + slot
    }
    this.orderCounters.set(symbol, last + 1n)
    return last + 1n
  }

  nextTrade(): number {
    return (this.tradeId += 1)
  }

  nextConditional(): number {
    return (this.conditionalId += 1)
  }

  nextTransfer(): bigint {
    return (this.transferId += 1n)
  }

  nextFunding(): bigint {
    return (this.fundingId += 1n)
  }
}
