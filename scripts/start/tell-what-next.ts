import type { StartOptions } from './options.ts'
import type { Screen } from './screen.ts'

/** Tells where the board is and what a newcomer may try. */
export function tellWhatNext(
  options: StartOptions,
  found: { login: string | undefined; url: string | undefined; symbol: string; logFolder: string },
  screen: Screen,
): void {
  const { config, sharedFlags, durationS } = options
  const venue = config.exchange
  const where = found.url === undefined ? '' : `SLUICE_EXCHANGE_URL=${found.url} `
  screen.print('')
  if (found.login !== undefined) screen.print(`  Board  ${found.login}`)
  screen.print(`  Logs   ${found.logFolder}`)
  screen.print(`
  Try in another terminal:
    ./scripts/sluice status${sharedFlags}
    ./scripts/sluice klines ${found.symbol}${sharedFlags}
    ./scripts/sluice orders${config.live ? ` --live --account ${config.account}` : ''}${sharedFlags}
    ./scripts/sluice redis-cli${sharedFlags} HGET '${config.namespace}:kline:{${venue}}:1m' ${found.symbol}
    ${where}node actors/kline --concurrency 8${sharedFlags}    one more fetcher, which joins by itself
`)
  if (config.live)
    screen.print(`  Orders are LIVE, on account ${config.account}. Trading is halted until somebody lets it begin:
    ./scripts/sluice resume --account ${config.account}${sharedFlags}
`)
  screen.print(
    durationS === undefined ? '  Ctrl-C stops everything.' : `  Stops by itself in ${durationS} s.`,
  )
  screen.print('')
}
