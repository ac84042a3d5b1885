/** How an account is set up at its venue; what the venue does not tell is undefined. */
export interface AccountModes {
  readonly positionMode: 'one-way' | 'hedge'
  /** whether all assets together are the margin of every position */
  readonly multiAssets: boolean
  /** whether futures share their margin with other products */
  readonly portfolioMargin: boolean | undefined
  readonly canTrade: boolean | undefined
}
