/** `ETHUSDT` of the simulator's market by a venue's own name. */
export function nameAt(venue: string, symbol: string): string {
  return venue === 'okx' ? symbol.replace(/(USD[TC])$/, '-$1-SWAP') : symbol
}

/** The market's name of a venue's symbol. */
export function marketNameOf(symbol: string): string {
  return symbol.replace(/-SWAP$/, '').replaceAll('-', '')
}
