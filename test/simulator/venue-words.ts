import type { Event, Stream } from './open-stream.ts'
import { openBybit, openOkx, type Open, type Told, type VenueClient } from './venue-client.ts'

/** What is asked of a venue, in its own words. Sizes are in lots of 0.1; on OKX a contract is a hundred of them. */
export interface Words {
  readonly open: Open
  /** parts of the places that rules name */
  readonly paths: { readonly order: string; readonly positions: string; readonly orders: string }
  readonly limit: (client: VenueClient, id: string) => Promise<Told>
  readonly market: (client: VenueClient, symbol?: string) => Promise<Told>
  readonly stop: (client: VenueClient, id: string, price: string) => Promise<Told>
  readonly cancel: (client: VenueClient, id: string) => Promise<Told>
  readonly cancelStop: (client: VenueClient, id: string) => Promise<Told>
  readonly find: (client: VenueClient, id: string) => Promise<Told>
  readonly findStop: (client: VenueClient, id: string) => Promise<Told>
  /** the symbols that positions are told of, and the assets of the balance */
  readonly symbols: (client: VenueClient) => Promise<readonly unknown[]>
  readonly assets: (client: VenueClient) => Promise<readonly unknown[]>
  readonly openIds: (client: VenueClient) => Promise<readonly unknown[]>
  readonly codeOf: (told: Told) => unknown
  readonly codes: {
    readonly taken: unknown
    readonly unknown: unknown
    readonly noOrder: unknown
    readonly noCancel: unknown
  }
  readonly failures: readonly (readonly [status: number, code: unknown])[]
  readonly names: readonly [a: string, b: string]
  readonly stream: (client: VenueClient) => Promise<Stream>
  readonly places: { readonly order: string; readonly position: string }
  readonly isOrder: (event: Event, id: string) => boolean
  readonly stopStates: Readonly<Record<'REJECTED' | 'EXPIRED' | 'STUCK', string>>
}

// None where the venue refuses, for instance because it was asked too often.
export const rows = (told: Told): Told[] => (told['data'] as Told[] | undefined) ?? []
export const list = (told: Told): Told[] => (told['result'] as { list?: Told[] }).list ?? []
const linear = { category: 'linear' }

export const okx: Words = {
  open: openOkx,
  paths: { order: 'POST /api/v5/trade/order', positions: 'account/positions', orders: 'orders-pending' },
  limit: (client, clOrdId) =>
    client.ask('POST /api/v5/trade/order', {
      instId: 'AAA-USDT-SWAP',
      tdMode: 'cross',
      side: 'buy',
      posSide: 'net',
      ordType: 'limit',
      px: '97',
      sz: '0.1',
      clOrdId,
    }),
  market: (client, instId = 'AAA-USDT-SWAP') =>
    client.ask('POST /api/v5/trade/order', {
      instId,
      tdMode: 'cross',
      side: 'buy',
      ordType: 'market',
      sz: '0.1',
    }),
  stop: (client, algoClOrdId, slTriggerPx) =>
    client.ask('POST /api/v5/trade/order-algo', {
      instId: 'AAA-USDT-SWAP',
      tdMode: 'cross',
      side: 'sell',
      posSide: 'net',
      ordType: 'conditional',
      sz: '0.1',
      slTriggerPx,
      slOrdPx: '-1',
      slTriggerPxType: 'mark',
      reduceOnly: true,
      algoClOrdId,
    }),
  cancel: (client, clOrdId) =>
    client.ask('POST /api/v5/trade/cancel-order', { instId: 'AAA-USDT-SWAP', clOrdId }),
  cancelStop: (client, algoClOrdId) =>
    client.ask('POST /api/v5/trade/cancel-algos', [{ instId: 'AAA-USDT-SWAP', algoClOrdId }]),
  find: (client, clOrdId) => client.ask('GET /api/v5/trade/order', { instId: 'AAA-USDT-SWAP', clOrdId }),
  findStop: (client, algoClOrdId) => client.ask('GET /api/v5/trade/order-algo', { algoClOrdId }),
  symbols: async (client) =>
    rows(await client.ask('GET /api/v5/account/positions', { instType: 'SWAP' })).map(
      (each) => each['instId'],
    ),
  assets: async (client) =>
    rows(await client.ask('GET /api/v5/account/balance')).flatMap((each) =>
      (each['details'] as Told[]).map((detail) => detail['ccy']),
    ),
  openIds: async (client) =>
    rows(await client.ask('GET /api/v5/trade/orders-pending', { instType: 'SWAP' })).map(
      (each) => each['clOrdId'],
    ),
  codeOf(told) {
    const [row] = rows(told)
    return row === undefined || row['sCode'] === undefined ? told['code'] : row['sCode']
  },
  codes: { taken: '0', unknown: '50004', noOrder: '51603', noCancel: '51400' },
  failures: [
    [503, '50001'],
    [500, '50026'],
  ],
  names: ['AAA-USDT-SWAP', 'BBB-USDT-SWAP'],
  async stream(client) {
    const stream = await client.openStream('/ws/v5/private')
    const channels = ['orders', 'positions']
    stream.send({ op: 'subscribe', args: channels.map((channel) => ({ channel, instType: 'SWAP' })) })
    for (const channel of channels)
      await stream.wait(
        ({ event, arg }) => event === 'subscribe' && (arg as { channel: string }).channel === channel,
      )
    return stream
  },
  places: { order: 'stream/private/orders', position: 'stream/private/positions' },
  isOrder: ({ arg, data }, id) =>
    (arg as { channel?: string } | undefined)?.channel === 'orders' &&
    ((data as Told[] | undefined) ?? []).some((each) => each['clOrdId'] === id),
  stopStates: { REJECTED: 'order_failed', EXPIRED: 'canceled', STUCK: 'partially_effective' },
}

export const bybit: Words = {
  open: openBybit,
  paths: { order: 'POST /v5/order/create', positions: 'position/list', orders: 'order/realtime' },
  limit: (client, orderLinkId) =>
    client.ask('POST /v5/order/create', {
      ...linear,
      symbol: 'AAAUSDT',
      side: 'Buy',
      orderType: 'Limit',
      price: '97',
      qty: '1',
      orderLinkId,
    }),
  market: (client, name = 'AAAUSDT') =>
    client.ask('POST /v5/order/create', {
      ...linear,
      symbol: name,
      side: 'Buy',
      orderType: 'Market',
      qty: '1',
    }),
  stop: (client, orderLinkId, triggerPrice) =>
    client.ask('POST /v5/order/create', {
      ...linear,
      symbol: 'AAAUSDT',
      side: 'Sell',
      orderType: 'Market',
      qty: '1',
      triggerPrice,
      triggerDirection: 2,
      triggerBy: 'MarkPrice',
      reduceOnly: true,
      orderLinkId,
    }),
  cancel: (client, orderLinkId) =>
    client.ask('POST /v5/order/cancel', { ...linear, symbol: 'AAAUSDT', orderLinkId }),
  cancelStop: (client, orderLinkId) =>
    client.ask('POST /v5/order/cancel', { ...linear, symbol: 'AAAUSDT', orderLinkId }),
  find: (client, orderLinkId) =>
    client.ask('GET /v5/order/realtime', { ...linear, symbol: 'AAAUSDT', orderLinkId }),
  findStop: (client, orderLinkId) =>
    client.ask('GET /v5/order/realtime', { ...linear, symbol: 'AAAUSDT', orderLinkId }),
  symbols: async (client) =>
    list(await client.ask('GET /v5/position/list', { ...linear, settleCoin: 'USDT' })).map(
      (each) => each['symbol'],
    ),
  assets: async (client) =>
    list(await client.ask('GET /v5/account/wallet-balance', { accountType: 'UNIFIED' })).flatMap((each) =>
      (each['coin'] as Told[]).map((coin) => coin['coin']),
    ),
  openIds: async (client) =>
    list(await client.ask('GET /v5/order/realtime', { ...linear, settleCoin: 'USDT' })).map(
      (each) => each['orderLinkId'],
    ),
  // An order that is not found is an empty list.
  codeOf: (told) => ((told['result'] as { list?: unknown[] }).list?.length === 0 ? 'none' : told['retCode']),
  codes: { taken: 0, unknown: 10016, noOrder: 'none', noCancel: 110001 },
  failures: [
    [503, 10016],
    [500, 10016],
  ],
  names: ['AAAUSDT', 'BBBUSDT'],
  async stream(client) {
    const stream = await client.openStream('/v5/private')
    stream.send({ op: 'subscribe', req_id: 's', args: ['order', 'position'] })
    await stream.wait((event) => event['req_id'] === 's')
    return stream
  },
  places: { order: 'stream/private/order', position: 'stream/private/position' },
  isOrder: ({ topic, data }, id) =>
    topic === 'order' && (data as Told[]).some((each) => each['orderLinkId'] === id),
  stopStates: { REJECTED: 'Rejected', EXPIRED: 'Deactivated', STUCK: 'Triggered' },
}
