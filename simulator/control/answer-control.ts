import type { IncomingMessage, ServerResponse } from 'node:http'
import { FaultRule } from '../core/fault-rules.ts'
import type { Reply } from '../core/venue.ts'
import { send } from '../http/send.ts'
import type { World } from '../http/world.ts'
import { toAccountTruth } from './account-truth.ts'
import { changeAccount, transfer } from './change-accounts.ts'
import { changeSymbols } from './change-symbols.ts'
import { RequestProblem } from './request-problem.ts'
import { readBody } from './read-body.ts'
import { toStats } from './stats.ts'
import { toGaps, toMarket, toTruth } from './truth.ts'

export interface ControlRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly stream: IncomingMessage
}

type Control = (world: World, request: ControlRequest, body: unknown) => unknown

const MOST_RULES = 1000

const controls: Readonly<Record<string, Control>> = {
  'GET /_sim/stats': (world) => toStats(world),
  'GET /_sim/gaps': (world, { query }) => toGaps(world, query),
  'GET /_sim/market': (world) => toMarket(world),
  'GET /_sim/candles': (world, { query }) => toTruth(world, query),
  'GET /_sim/faults': (world) => world.faults.list(),
  'POST /_sim/faults': (world, _request, body) => {
    replaceFaults(world, parseFaults(body))
    return world.faults.list()
  },
  'POST /_sim/symbols': (world, _request, body) => changeSymbols(world, body),
  'POST /_sim/accounts': (world, _request, body) => changeAccount(world, body),
  'POST /_sim/transfer': (world, _request, body) => transfer(world, body),
  'GET /_sim/arrivals': (world, { query }) => world.arrivals.list(query.get('containing') ?? ''),
  'GET /_sim/account': (world, { query }) => toAccountTruth(world, query),
  'POST /_sim/reset': (world) => {
    replaceFaults(world, [])
    world.traffic.reset()
    world.gaps.reset()
    world.arrivals.reset()
    for (const venue of world.venues) venue.reset()
    for (const streams of world.streams) streams.reset?.()
    return {}
  },
}

/** Answers one request to the simulator itself; these are neither counted nor faulted. */
export function answerControl(world: World, request: ControlRequest, response: ServerResponse): void {
  void toReply(world, request).then((reply) => response.destroyed || send(response, world.clock, reply))
}

async function toReply(world: World, request: ControlRequest): Promise<Reply> {
  try {
    const control = controls[`${request.method} ${request.path}`]
    const body = await readBody(request.stream)
    if (control === undefined) {
      const known = Object.keys(controls).join(', ')
      return toJson(404, { error: `expected one of ${known}, found ${request.method} ${request.path}` })
    }
    return toJson(200, control(world, request, body))
  } catch (error) {
    if (error instanceof RequestProblem) return toJson(400, { error: error.message })
    return toJson(500, { error: String(error) })
  }
}

function toJson(status: number, answer: unknown): Reply {
  return { status, body: toText(answer), headers: { 'Content-Type': 'application/json' } }
}

/** Ids may be beyond 2^53: as texts they survive a client's JSON.parse. */
function toText(answer: unknown): string {
  return JSON.stringify(answer, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

function replaceFaults({ faults, exchange, clock }: World, rules: readonly FaultRule[]): void {
  exchange.advance()
  faults.replace(rules)
  exchange.past.keep(undefined, [], 0)
  exchange.past.keep(faults.horizonMs, exchange.accounts.list(), clock.now())
}

function parseFaults(body: unknown): FaultRule[] {
  const rules: unknown[] = Array.isArray(body) ? body : [body]
  if (rules.length > MOST_RULES)
    throw new RequestProblem(`expected at most ${MOST_RULES} rules, found ${rules.length}`)
  return rules.map((rule, index) => {
    const parsed = FaultRule.safeParse(rule)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    const place = ['rule', index, ...(issue?.path ?? [])].join(' ')
    throw new RequestProblem(`${place}: ${issue?.message}, found ${JSON.stringify(rule)?.slice(0, 200)}`)
  })
}
