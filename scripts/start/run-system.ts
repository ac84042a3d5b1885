import { relative, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Hub } from '../../lib/hub/hub.ts'
import { projectRoot } from '../../lib/hub/project-root.ts'
import { readLane } from '../../lib/market/lanes.ts'
import { toInterval } from '../../lib/model/timeframe.ts'
import { startActors, startBoard } from './actors.ts'
import type { Keeping } from './keep-running.ts'
import { openRedis } from './open-redis.ts'
import type { StartOptions } from './options.ts'
import type { Screen } from './screen.ts'
import { simulatedKeys, startSimulator } from './simulator.ts'
import { openStages } from './stages.ts'
import type { Stages } from './stages.ts'
import { readStateLine } from './state-line.ts'
import { tellWhatNext } from './tell-what-next.ts'
import { untilFresh } from './until-fresh.ts'
import { within } from './within.ts'

/** Who may end a running system. */
export interface Stops {
  /** an orderly end; a reason that is an error is thrown once everything has stopped */
  readonly stop: AbortController
  /** an immediate one */
  readonly hurry: AbortSignal
}

// Real ms.
const stateEveryMs = 2_000
const simulatorTimeoutMs = 60_000
const boardTimeoutMs = 10_000
/** for a run of limited duration, which nobody may be watching */
const freshTimeoutMs = 180_000

/**
 * Starts everything, waits until all candles are fresh, runs until it is stopped or its time is over, and stops
 * everything. Gives the exit code. Throws ConfigError when what a person gave cannot be used.
 */
export async function runSystem(
  options: StartOptions,
  environment: NodeJS.ProcessEnv,
  screen: Screen,
  stops: Stops,
): Promise<number> {
  const stages = openStages(stops.hurry, screen)
  const { signal } = stops.stop
  try {
    return await run(options, environment, screen, stops.stop, stages)
  } catch (error) {
    if (!signal.aborted) throw error
    if (signal.reason instanceof Error) throw signal.reason
    return 0
  } finally {
    if (!stages.isEmpty()) {
      screen.say('Stopping ...')
      await stages.stop()
      screen.say('Everything has stopped.')
    }
  }
}

async function run(
  options: StartOptions,
  outer: NodeJS.ProcessEnv,
  screen: Screen,
  stop: AbortController,
  stages: Stages,
): Promise<number> {
  const { config, durationS } = options
  const { signal } = stop
  const startedAt = Date.now()
  const logFolder = resolve(projectRoot(), config.dataDir, 'logs')
  const keeping: Keeping = { screen, logFolder, onRefused: (error) => stop.abort(error) }

  const hub = await openRedis(options, outer, screen, stages)
  signal.throwIfAborted()

  let environment: NodeJS.ProcessEnv = { ...outer, ...options.environment }
  let url: string | undefined
  if (options.simulator === undefined) {
    screen.say(
      `The exchange is ${config.exchangeUrl === '' ? `${config.exchange} itself` : config.exchangeUrl}.`,
    )
  } else {
    const simulator = startSimulator(options, environment, keeping)
    stages.add(simulator.kept)
    url = await within(simulatorTimeoutMs, simulator.url, signal)
    if (url === undefined) return giveUp(screen, 'The simulator was not ready in time', logFolder)
    environment = { ...simulatedKeys(config), ...environment, SLUICE_EXCHANGE_URL: url }
    screen.say(`The simulated exchange is ready at ${url}.`)
  }

  const board = options.board ? startBoard(environment, keeping) : undefined
  if (board !== undefined) stages.add(board.kept)
  const actors = startActors(options, environment, keeping)
  stages.add(...actors)
  screen.say(
    `Started ${[...actors, ...(board === undefined ? [] : [board.kept])].map(({ name }) => name).join(', ')}.`,
  )

  const fresh = untilFresh(hub, startedAt, screen, signal)
  const symbols = durationS === undefined ? await fresh : await within(freshTimeoutMs, fresh, signal)
  if (symbols === undefined) return giveUp(screen, 'The candles were not fresh in time', logFolder)
  const login = board === undefined ? undefined : await within(boardTimeoutMs, board.login, signal)
  screen.say(`Ready: the candles of ${symbols} symbols are fresh.`)
  const symbol = (await firstSymbol(hub, options)) ?? 'BTCUSDT'
  tellWhatNext(options, { login, url, symbol, logFolder: shorten(logFolder) }, screen)
  await stay(hub, durationS, screen, signal)
  return 0
}

function giveUp(screen: Screen, why: string, logFolder: string): number {
  screen.say(`${why}; the logs in ${logFolder} say more.`)
  return 1
}

async function firstSymbol(hub: Hub, { config }: StartOptions): Promise<string | undefined> {
  const interval = toInterval(config.intervals[0] ?? '1m')
  const symbols = await readLane(hub, { venue: config.exchange, interval, name: 'all' }).catch(() => [])
  return symbols[0]
}

// A path that leads out of the folder one stands in is clearer in full.
function shorten(path: string): string {
  const short = relative(process.cwd(), path)
  return short.startsWith('..') ? path : short
}

/** Shows the state now and then until the time is over. */
async function stay(
  hub: Hub,
  durationS: number | undefined,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const stopAt = durationS === undefined ? Infinity : Date.now() + durationS * 1000
  while (Date.now() < stopAt) {
    if (screen.live) screen.show(await readStateLine(hub).catch(() => 'Redis is away'))
    await sleep(Math.min(stateEveryMs, Math.max(0, stopAt - Date.now())), undefined, { signal })
  }
}
