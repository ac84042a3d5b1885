import { secretsOf } from '../model/account-keys.ts'
import type { AccountKeys } from '../model/account-keys.ts'
import { ConfigError, VenueRejectedError, describeError } from '../model/errors.ts'
import { hideSecrets } from '../model/secrets.ts'
import type { VenueClock } from './account-exchange.ts'
import { binanceShapes } from './binance-shapes.ts'
import { bybitShapes } from './bybit-shapes.ts'
import { closeClient, openClient } from './ccxt.ts'
import type { ClientOptions } from './ccxt.ts'
import { checkShape } from './check-shape.ts'
import type { Finding } from './check-shape.ts'
import type { RequestGate } from './exchange.ts'
import { okxShapes } from './okx-shapes.ts'
import { accountOf, venueOf } from './open-exchange.ts'
import { probeStreams } from './probe-streams.ts'
import type { Sight } from './sight.ts'
import { openSignedCalls } from './signed-calls.ts'
import { toSluiceError } from './venue-error.ts'
import type { EndpointShape, VenueShapes } from './venue-shapes.ts'
import type { Ask } from './venue-call.ts'

/** How a venue is reached to be looked at. */
export interface ProbeOptions extends Omit<ClientOptions, 'keys' | 'now'> {
  readonly clock: VenueClock
  /** without keys the private endpoints and streams are left out */
  readonly keys?: AccountKeys
  /** that questions are asked of; undefined: the first that the venue tells */
  readonly symbol?: string | undefined
  /** real ms in which a stream must be open, and must speak then; 8,000 unless told otherwise */
  readonly streamWithinMs?: number
  /** runs what makes a request, which is booked for an account or for market data */
  call<T>(isPrivate: boolean, run: () => Promise<T>): Promise<T>
}

const streamWithinMs = 8_000

const known = {
  binanceusdm: binanceShapes,
  okx: okxShapes,
  bybit: bybitShapes,
} as const satisfies Readonly<Record<string, VenueShapes>>

/** The venues whose answers are described. */
export const describedVenues: readonly string[] = Object.keys(known)

/** What is known of a venue's answers; throws ConfigError where nothing is. */
export function shapesOf(id: string): VenueShapes {
  const shapes = (known as Readonly<Record<string, VenueShapes>>)[id]
  if (shapes === undefined)
    throw new ConfigError(
      `what ${id} answers is not described yet: expected one of ${describedVenues.join(', ')}`,
    )
  return shapes
}

/**
 * Asks each endpoint once, changing nothing, and connects to each address of streams. Tells one after the other what was
 * seen; failures are told too, and not thrown.
 */
export async function* probeVenue(id: string, options: ProbeOptions): AsyncGenerator<Sight> {
  const shapes = shapesOf(id)
  const described = venueOf(id)
  const { clock, keys } = options
  const secrets = keys === undefined ? [] : secretsOf(keys)
  const statuses = noteStatus(options.gate)
  const client = await openClient(
    // A number must stay one, where ccxt would make all of them text for the sake of one long id.
    { ...described, options: { ...described.options, quoteJsonNumbers: false } },
    { ...options, gate: statuses.gate, now: () => clock.now() },
  )
  const plain: Ask = (call) => client.ask(call)
  const account = accountOf(described)
  const signed = openSignedCalls({ ask: plain, clock, clockCode: account.clockCode }, () =>
    account.fetchTime(plain),
  )

  async function lookAt(endpoint: EndpointShape, symbol: string | undefined) {
    const { name, isPrivate, body } = endpoint
    const sight = (problem: string | undefined, findings: readonly Finding[] = [], rows?: number): Sight => ({
      place: name,
      isPrivate,
      isRead: true,
      problem,
      findings,
      rows,
    })
    if (symbol === undefined && isBySymbol(endpoint)) return { sight: sight('not asked: no symbol is known') }
    statuses.forget()
    try {
      const call = endpoint.call({ symbol: symbol ?? '', now: Math.floor(clock.now()) })
      const answer = await options.call(isPrivate, () => (isPrivate ? signed : plain)(call))
      return {
        sight: sight(undefined, checkShape(body, answer.body), rowsIn(answer.body)),
        body: answer.body,
      }
    } catch (error) {
      const failure = toSluiceError(error, described.id, Date.now(), secrets)
      if (failure instanceof VenueRejectedError && endpoint.absent?.has(failure.code ?? '') === true)
        return { sight: { ...sight(undefined), isAbsent: true } }
      return { sight: sight(problemOf(failure, statuses)), isHeard: statuses.isHeard() }
    }
  }

  try {
    let { symbol } = options
    // The instruments first: they say which symbol the others are asked of.
    const isFirst = ({ name }: EndpointShape) => name === shapes.instruments
    const wanted = shapes.endpoints.filter(({ isPrivate }) => !isPrivate || keys !== undefined)
    for (const endpoint of [...wanted.filter(isFirst), ...wanted.filter((each) => !isFirst(each))]) {
      const { sight, body, isHeard = true } = await lookAt(endpoint, symbol)
      yield sight
      if (!isFirst(endpoint)) continue
      // Nobody is there, or nothing may be asked now: it would be the same with the others.
      if (!isHeard) return
      if (body !== undefined) symbol ??= symbolIn(shapes, body)
    }
    const login = keys === undefined ? undefined : { keys, now: () => clock.now() }
    const openKey = () => options.call(true, () => account.openStreamKey(plain))
    const withinMs = options.streamWithinMs ?? streamWithinMs
    for (const sight of await probeStreams(client, shapes, { account, login, openKey, symbol, withinMs }))
      yield sight.problem === undefined ? sight : { ...sight, problem: oneLine(sight.problem, secrets) }
  } finally {
    await closeClient(client)
  }
}

function isBySymbol({ call }: EndpointShape): boolean {
  const [with1, with2] = ['1', '2'].map((symbol) => JSON.stringify(call({ symbol, now: 0 }).params))
  return with1 !== with2
}

function symbolIn(shapes: VenueShapes, body: unknown): string | undefined {
  try {
    return shapes.symbolIn(body)
  } catch {
    return undefined
  }
}

/** How many rows stand in the list that an answer is or holds. */
function rowsIn(body: unknown): number | undefined {
  if (Array.isArray(body)) return body.length
  if (typeof body !== 'object' || body === null) return undefined
  const { data, symbols, result } = body as { data?: unknown; symbols?: unknown; result?: unknown }
  const rows = data ?? symbols
  if (Array.isArray(rows)) return rows.length
  const list = (result as { list?: unknown } | undefined | null)?.list
  return Array.isArray(list) ? list.length : undefined
}

function problemOf(failure: Error, of: ReturnType<typeof noteStatus>): string {
  const status = of.last()
  const closedMs = of.closedForMs()
  if (closedMs !== undefined)
    return `not asked: the venue wants no more of these requests for ${Math.ceil(closedMs / 1000)} s`
  if (status === 404) return 'answers 404: the venue has no such endpoint any more'
  if (failure instanceof VenueRejectedError && failure.code !== undefined)
    return `refused with ${failure.code}: ${oneLine(failure.message, [])}`
  const what =
    status !== undefined
      ? `answers ${status}, which cannot be read`
      : of.left() === 0
        ? 'not asked'
        : 'no answer'
  return `${what}: ${oneLine(describeError(failure), [])}`
}

function oneLine(text: string, secrets: readonly string[]): string {
  const line = hideSecrets(text, secrets).replaceAll(/\s+/g, ' ')
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}

/** A gate that remembers what left and the status of the last answer. */
function noteStatus(gate: RequestGate) {
  let status: number | undefined
  let closedForMs: number | undefined
  let left = 0
  return {
    forget() {
      status = undefined
      closedForMs = undefined
      left = 0
    },
    last: () => status,
    /** market ms for which the last answer wants no more */
    closedForMs: () => closedForMs,
    /** the venue answered, and takes more */
    isHeard: () => status !== undefined && closedForMs === undefined,
    /** requests that left since it forgot */
    left: () => left,
    gate: {
      async enter(request) {
        const ticket = await gate.enter(request)
        left += 1
        return {
          settle(answer) {
            status = answer.status
            closedForMs = answer.closeForMs
            ticket.settle(answer)
          },
        }
      },
    } satisfies RequestGate,
  }
}
