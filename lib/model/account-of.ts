/** An account at a venue. */
export interface AccountOf {
  readonly venue: string
  readonly account: string
}
