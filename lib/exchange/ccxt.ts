import { AsyncLocalStorage } from 'node:async_hooks'
import type { Readable } from 'node:stream'
import type { Exchange as CcxtExchange } from 'ccxt'
import type { AccountKeys } from '../model/account-keys.ts'
import { InvariantError } from '../model/errors.ts'
import { chargesOf } from './charges.ts'
import type { RequestGate, Ticket, VenueAnswer, VenueRequest } from './exchange.ts'
import { loadCcxt } from './load-ccxt.ts'
import { UnreadableAnswer } from './raw.ts'
import type { Raw } from './raw.ts'
import type { StreamUrls } from './venue-account.ts'
import { demoUrl } from './venue.ts'
import type { Refusal, Venue } from './venue.ts'
import type { RawAnswer, VenueCall } from './venue-call.ts'

/** How a client reaches its venue. */
export interface ClientOptions {
  /** address that stands in for the venue's own; empty: the venue's own; `demoUrl`: its environment without real money */
  readonly url: string
  readonly localAddress: string
  readonly proxy: string
  readonly gate: RequestGate
  /** what account requests are signed with; undefined: there are none */
  readonly keys?: AccountKeys
  /** the venue's clock, ms since epoch; this process's own where it does not matter */
  readonly now?: () => number
}

/** A client of ccxt that also makes requests in the venue's own words. */
export interface VenueClient extends CcxtExchange, Pick<StreamUrls, 'getPrivateWsUrl'> {
  ask(call: VenueCall): Promise<RawAnswer>
}

// Real ms. ccxt bounds the wait for the headers only; the body has a bound of its own.
const headersTimeoutMs = 5_000
const bodyTimeoutMs = 5_000
const wholeBodyTimeoutMs = 10_000
// A WebSocket whose peer does not answer the last ping when the next but one is due is given up.
const streamPingMs = 2_500
const mostMisses = 1.5
const streamConnectMs = 5_000
const mostEventBytes = 1 << 20

// Of all clients: each storage costs every promise of the process a little, whether anything is kept in it or not.
const states = new AsyncLocalStorage<RequestState>()
// What ccxt says of a venue, made once: a client takes a copy.
const descriptions = new WeakMap<ClientClass, Raw>()

interface RequestState {
  request?: VenueRequest
  ticket?: Ticket
  left?: Omit<RawAnswer, 'body'>
  onLeave?: (() => void) | undefined
}

/**
 * A ccxt client of a venue whose every request passes the gate with its true weight and is settled from its own
 * answer's headers. Numbers stay text, so that money stays exact.
 */
export async function openClient(venue: Venue, options: ClientOptions): Promise<VenueClient> {
  const Base = (await loadCcxt(venue.module)) as ClientClass
  const Client = guard(Base, venue, options)
  const isReal = options.url === '' || options.url === demoUrl
  const client = new Client({
    ...venue.options,
    enableRateLimit: true,
    timeout: headersTimeoutMs,
    enableLastHttpResponse: false,
    enableLastJsonResponse: false,
    number: String,
    ...(isReal ? {} : { urls: venue.urls(options.url, options.url.replace(/^http/, 'ws')) }),
    ...proxySettings(options.proxy),
  })
  venue.prepare(client)
  if (options.url === demoUrl) venue.useDemo(client)
  // ccxt opens a ws:// address, the simulator's, with this agent only.
  if (options.url.startsWith('http:')) await client.loadHttpProxyAgent()
  client.options['ws'] = {
    keepAlive: streamPingMs,
    maxPingPongMisses: mostMisses,
    connectionTimeout: streamConnectMs,
    options: {
      maxPayload: mostEventBytes,
      ...(options.localAddress === '' ? {} : { localAddress: options.localAddress }),
    },
  }
  // Out of the way of whoever prints or copies a client.
  const { key, secret, passphrase } = options.keys ?? {}
  for (const [name, value] of Object.entries({ apiKey: key, secret, password: passphrase })) {
    if (value !== undefined) Object.defineProperty(client, name, { value, enumerable: false })
  }
  return client
}

/** Lets go of a client's connections. */
export async function closeClient(client: VenueClient): Promise<void> {
  await client.close()
  await (client as unknown as { fetchDispatcher?: { close(): Promise<void> } }).fetchDispatcher?.close()
}

type ClientClass = new (config: Raw) => CcxtExchange & StreamUrls
type VenueClientClass = new (config: Raw) => VenueClient

function proxySettings(proxy: string): Raw {
  if (proxy === '') return {}
  return proxy.startsWith('socks5') ? { socksProxy: proxy } : { httpsProxy: proxy }
}

/** For a class with streams ccxt asks an instance of one without how it describes itself, and makes all its methods for that. */
function withoutEndpoints<T>(Base: ClientClass, run: () => T): T {
  let owner = Base.prototype as Partial<Pick<CcxtExchange, 'defineRestApi'>>
  while (!Object.hasOwn(owner, 'defineRestApi')) owner = Object.getPrototypeOf(owner) as typeof owner
  const { defineRestApi } = owner
  owner.defineRestApi = () => {}
  try {
    return run()
  } finally {
    if (defineRestApi !== undefined) owner.defineRestApi = defineRestApi
  }
}

function guard(Base: ClientClass, venue: Venue, options: ClientOptions): VenueClientClass {
  const now = options.now ?? Date.now

  return class GuardedClient extends Base implements VenueClient {
    override describe(): Raw {
      const description = descriptions.get(Base) ?? withoutEndpoints(Base, () => super.describe() as Raw)
      descriptions.set(Base, description)
      return description
    }

    // ccxt makes two methods for each of a venue's up to 900 endpoints. Those of its own that are called here ask for public
    // data; everything else goes through `ask`.
    override defineRestApi(api: Raw, methodName: string, paths: string[] = []): void {
      const isNeeded = ([group]: [string, unknown]) => paths.length > 0 || group === venue.publicApi
      super.defineRestApi(Object.fromEntries(Object.entries(api).filter(isNeeded)), methodName, paths)
    }

    async ask({ api, method, path, params, onLeave }: VenueCall): Promise<RawAnswer> {
      const state: RequestState = { onLeave }
      const body: unknown = await states.run(state, () => super.fetch2(path, api, method, copyOf(params)))
      if (state.left === undefined) throw new InvariantError(`${path} left without passing the gate`)
      return { body, ...state.left }
    }

    // Everything below runs once per request, inside this scope, so that parallel requests cannot mix theirs up.
    override fetch2(...args: Parameters<CcxtExchange['fetch2']>): ReturnType<CcxtExchange['fetch2']> {
      return states.run({}, () => super.fetch2(...args))
    }

    override calculateRateLimiterCost(
      _api: unknown,
      method: unknown,
      path: unknown,
      params: unknown,
    ): number {
      const of = { method: String(method), path: String(path) }
      const charges = chargesOf(venue, { ...of, params: (params ?? {}) as Raw })
      const weight = charges.find(({ limit }) => limit.scope === 'address')?.amount ?? 0
      stateOf().request = { ...of, weight, charges }
      return weight
    }

    override async throttle(): Promise<void> {
      const state = stateOf()
      if (state.request === undefined) throw new InvariantError('a request was not weighed before it left')
      state.ticket = await options.gate.enter(state.request)
      state.left = { leftAt: Date.now(), askedAt: Math.floor(now()) }
      state.onLeave?.()
    }

    // The time that a request is signed with: when it passed the gate. Were it taken later, a process that was frozen in
    // between would send what it had judged to be in time long ago.
    override nonce(): number {
      return states.getStore()?.left?.askedAt ?? Math.floor(now())
    }

    override sign(...args: Parameters<CcxtExchange['sign']>): ReturnType<CcxtExchange['sign']> {
      const signed = super.sign(...args) as { headers?: Record<string, string> }
      const [path, , method] = args as readonly string[]
      const of = { method: String(method), path: String(path), params: {} }
      const more = venue.signedHeaders?.(of, this.nonce()) ?? {}
      return { ...signed, headers: { ...signed.headers, ...more } }
    }

    // It writes to standard output, a stream's address with its key too.
    override log(): void {}

    // An answer is counted once its headers are there: one whose body is cut may have closed the address.
    override handleRestResponse(
      ...args: Parameters<CcxtExchange['handleRestResponse']>
    ): ReturnType<CcxtExchange['handleRestResponse']> {
      const { request, ticket } = stateOf()
      const { status } = args[0] as { status: number }
      const headers = this.getResponseHeaders(args[0]) as Record<string, string>
      ticket?.settle({
        status,
        usedWeight: venue.usedWeight(request?.path ?? '', headers),
        ...refusedBy(venue.refusal(status, headers)),
      })
      return super.handleRestResponse(...args)
    }

    // undici bounds the wait for each piece of a body and not for all of them. And ccxt unpacks a body through a pipe
    // without listening to its errors: of one that is cut nothing would be heard again, or the process would end.
    override async undiciBody(...args: Parameters<CcxtExchange['undiciBody']>): Promise<unknown> {
      const { body } = args[0] as { body: Readable }
      const failed = new Promise<never>((_, reject) => void body.once('error', reject))
      const late = () =>
        body.destroy(new UnreadableAnswer(`the body took longer than ${wholeBodyTimeoutMs} ms`))
      const timer = setTimeout(late, wholeBodyTimeoutMs)
      try {
        return await Promise.race([super.undiciBody(...args), failed])
      } finally {
        clearTimeout(timer)
      }
    }

    override handleErrors(
      ...[status, reason, url, method, headers, body, answer, sentHeaders, sentBody]: Parameters<
        CcxtExchange['handleErrors']
      >
    ): undefined {
      const told = (headers ?? {}) as Record<string, string>
      // Some venues refuse with status 200, or say only in the body what it is that they close.
      const refusal = venue.refusalIn?.((answer ?? {}) as Raw, told)
      if (refusal !== undefined && venue.refusal(status, told) === undefined)
        stateOf().ticket?.settle({ status, usedWeight: undefined, ...refusal })
      super.handleErrors(status, reason, url, method, headers, body, answer, sentHeaders, sentBody)
      // ccxt takes an HTML page or a cut text with status 200 for an empty list.
      if (status < 300 && (answer === undefined || answer === null))
        throw new UnreadableAnswer(`${method} ${url}: not JSON`)
    }

    override getDispatcherOptions(isPlainAgent?: boolean): Record<string, unknown> {
      return {
        ...super.getDispatcherOptions(isPlainAgent),
        headersTimeout: headersTimeoutMs,
        bodyTimeout: bodyTimeoutMs,
        connectTimeout: headersTimeoutMs,
        ...(options.localAddress === '' ? {} : { localAddress: options.localAddress }),
      }
    }
  }
}

function refusedBy(refusal: Refusal | undefined): Pick<VenueAnswer, 'closeForMs' | 'closes'> {
  return refusal ?? { closeForMs: undefined }
}

// ccxt writes into what it sends.
function copyOf(params: VenueCall['params']): Raw {
  return structuredClone(params ?? {}) as Raw
}

function stateOf(): RequestState {
  const state = states.getStore()
  if (state === undefined) throw new InvariantError('a request was made outside its scope')
  return state
}
