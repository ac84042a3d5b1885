import { secretsOf } from '../model/account-keys.ts'
import type { AccountKeys } from '../model/account-keys.ts'
import { VenueRejectedError } from '../model/errors.ts'
import type { AccountExchange, StreamKey, VenueClock } from './account-exchange.ts'
import { pollCostOf } from './charges.ts'
import { closeClient, openClient } from './ccxt.ts'
import type { ClientOptions } from './ccxt.ts'
import { connectStream } from './connect-stream.ts'
import { accountOf, venueOf } from './open-exchange.ts'
import { openSignedCalls } from './signed-calls.ts'
import { toSluiceError } from './venue-error.ts'
import type { Ask } from './venue-call.ts'

/** How an account is reached. */
export interface AccountOptions extends Omit<ClientOptions, 'keys' | 'now'> {
  /** our own name of it */
  readonly account: string
  readonly keys: AccountKeys
  readonly clock: VenueClock
}

const mostListenKeys = 4

/** An account of a venue behind the one interface. Nothing is asked of it until the first call. */
export async function openAccountExchange(id: string, options: AccountOptions): Promise<AccountExchange> {
  const described = venueOf(id)
  const venue = described.id
  const endpoints = accountOf(described)
  const { account, clock, keys } = options
  const client = await openClient(described, { ...options, now: () => clock.now() })
  const secrets = secretsOf(keys)
  const own = secrets.length

  async function call<T>(what: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      throw toSluiceError(error, `${venue}: ${what} of account ${account}`, Date.now(), secrets)
    }
  }
  const ask: Ask = (asked) => client.ask(asked)
  const signed = openSignedCalls({ ask, clock, clockCode: endpoints.clockCode }, () =>
    endpoints.fetchTime(ask),
  )

  const listenKeys = new WeakMap<StreamKey, string>()
  function toStreamKey(listenKey: string): StreamKey {
    if (!secrets.includes(listenKey)) secrets.push(listenKey)
    if (secrets.length > own + mostListenKeys) secrets.splice(own, 1)
    const { keyLifeMs, streamLifeMs, pingEveryMs } = endpoints
    const streamKey: StreamKey = {
      isSame: (other) => listenKeys.get(other) === listenKey,
      renew: () =>
        call('renewal of the stream key', async () => {
          const renewed = await endpoints.renewStreamKey(ask, listenKey)
          if (renewed !== listenKey) throw new VenueRejectedError('another stream key took its place')
        }),
      connect: (handlers) =>
        connectStream(
          client,
          endpoints,
          endpoints.streamUrls(client, listenKey),
          { keys, now: () => clock.now() },
          handlers,
        ),
      keyLifeMs,
      streamLifeMs,
      pingEveryMs,
    }
    listenKeys.set(streamKey, listenKey)
    return streamKey
  }

  return {
    venue,
    account,
    costOf: (kind) => pollCostOf(described, kind),
    fetchTime: () => call('time', async () => (await endpoints.fetchTime(ask)).venueTime),
    fetchAccount: () => call('balances and positions', () => endpoints.fetchAccount(signed)),
    fetchBalances: () => call('balances', () => endpoints.fetchBalances(signed)),
    fetchPositions: () => call('positions', () => endpoints.fetchPositions(signed)),
    fetchPosition: (symbol) => call(`position in ${symbol}`, () => endpoints.fetchPosition(signed, symbol)),
    fetchModes: () => call('modes', () => endpoints.fetchModes(signed)),
    fetchIncome: (since, page = 1) => call('income', () => endpoints.fetchIncome(signed, since, page)),
    fetchSymbolSettings: () => call('leverage', () => endpoints.fetchSymbolSettings(signed)),
    fetchOpenOrderSymbols: () => call('open orders', () => endpoints.fetchOpenOrderSymbols(signed)),
    openStreamKey: () => call('stream key', async () => toStreamKey(await endpoints.openStreamKey(ask))),
    close: () => closeClient(client),
  }
}
