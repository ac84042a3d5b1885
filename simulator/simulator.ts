import { Exchange } from './account/exchange.ts'
import { openAccount } from './account/open-account.ts'
import { Arrivals } from './core/arrivals.ts'
import { Clock } from './core/clock.ts'
import { Faults } from './core/faults.ts'
import { Gaps } from './core/gaps.ts'
import { InputError } from './core/input-error.ts'
import { Market } from './core/market.ts'
import { Traffic } from './core/traffic.ts'
import { openServer } from './http/server.ts'
import type { Log } from './log.ts'
import type { Options } from './options.ts'
import { openWires } from './venues.ts'

export interface Simulator {
  /** `http://127.0.0.1:9600` */
  readonly url: string
  close(): Promise<void>
}

/** simulated ms between two looks at orders and streams, and the wall ms that are never gone below */
const PULSE_MS = 50
const LEAST_PULSE_MS = 10

/** Builds the market and listens. Throws InputError for a bad recording or an address it cannot listen on. */
export async function openSimulator(options: Options, log: Log): Promise<Simulator> {
  const startedAt = performance.now()
  const clock = new Clock(options.rate)
  const market = new Market(options, clock.now())
  const faults = new Faults(clock, options.seed)
  const exchange = new Exchange(market, clock)
  exchange.onTrigger = ({ symbol }) => faults.take('', `trigger/${symbol}`).triggerFails?.status
  for (const wish of options.account) openAccount(exchange, wish)
  const wires = openWires(exchange, faults, options)
  const streams = wires.flatMap((each) => each.streams)
  const server = openServer(
    {
      clock,
      market,
      exchange,
      venues: wires.map((each) => each.venue),
      streams,
      faults,
      traffic: new Traffic(),
      gaps: new Gaps(),
      arrivals: new Arrivals(),
    },
    log,
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(toInputError(error, options)))
    server.listen(options.port, options.host, resolve)
  })
  const source = options.replay ?? `seed ${options.seed}`
  log.info(
    `${market.listings.size} symbols from ${source} in ${Math.round(performance.now() - startedAt)} ms`,
  )
  const pulse = setInterval(
    () => {
      exchange.advance()
      for (const each of streams) each.pulse()
    },
    Math.max(LEAST_PULSE_MS, clock.toWallMs(PULSE_MS)),
  )
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        clearInterval(pulse)
        for (const each of streams) each.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function toInputError(error: NodeJS.ErrnoException, options: Options): Error {
  const place = `${options.host}:${options.port}`
  if (error.code === 'EADDRINUSE') {
    return new InputError(
      `expected --port ${options.port} to be free, but ${place} is in use; --port 0 takes a free one`,
    )
  }
  return new InputError(`cannot listen on ${place}: ${error.message}`)
}
