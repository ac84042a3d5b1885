import { ConfigError } from './errors.ts'

/** How a venue tells of accounts, as far as the merge has to know. */
export interface AccountTerms {
  /** every record that ever changed has a time: a flat row without one is of a replica that does not know the position */
  readonly timesChanges: boolean
  /** asked for one symbol it answers with a row even when that is flat; where not, two lacking snapshots make it flat */
  readonly tellsFlat: boolean
}

const terms: Readonly<Record<string, AccountTerms>> = {
  binanceusdm: { timesChanges: true, tellsFlat: true },
  // Of a position that was closed long ago it answers with no row at all.
  okx: { timesChanges: true, tellsFlat: false },
  bybit: { timesChanges: true, tellsFlat: true },
}

/** The terms of a venue whose accounts can be followed; throws ConfigError for another. */
export function accountTermsOf(venue: string): AccountTerms {
  const found = terms[venue]
  if (found === undefined)
    throw new ConfigError(
      `accounts are followed at ${Object.keys(terms).join(', ')} only, the venue was "${venue}"`,
    )
  return found
}
