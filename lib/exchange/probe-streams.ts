import { closeKeys } from '../model/account-keys.ts'
import { describeError } from '../model/errors.ts'
import type { VenueClient } from './ccxt.ts'
import { checkShape } from './check-shape.ts'
import type { Finding } from './check-shape.ts'
import { connectStream } from './connect-stream.ts'
import type { StreamLogin } from './connect-stream.ts'
import type { Sight } from './probe-venue.ts'
import type { StreamGreeting, VenueAccount } from './venue-account.ts'
import type { ChannelShapes, PublicRoute, VenueShapes } from './venue-shapes.ts'

// Real ms.
const openWithinMs = 8_000
const speakWithinMs = 8_000
// An account tells something only when something happens.
const listenMs = 2_000

interface Route {
  readonly url: string
  readonly isPrivate: boolean
  readonly channels: ChannelShapes
  readonly greeting: StreamGreeting | undefined
  /** of which one message at least must come */
  readonly awaited: readonly string[]
}

/** Connects to each address of streams at once, the private ones where there is a login, and looks at what comes. */
export async function probeStreams(
  client: VenueClient,
  shapes: VenueShapes,
  of: {
    readonly account: VenueAccount
    readonly login: StreamLogin | undefined
    readonly openKey: () => Promise<string>
    readonly symbol: string | undefined
  },
): Promise<Sight[]> {
  const { account, login, openKey, symbol } = of
  const open = shapes.publicRoutes.map(async (route): Promise<Sight> => {
    const url = route.url(client.urls)
    if (symbol !== undefined) return listen(client, shapes, toRoute(route, url, symbol, shapes), nobody)
    return toSight({ url, isPrivate: false, awaited: route.channels }, 'not asked: no symbol is known', [], 0)
  })
  const ofAccount = login === undefined ? [] : [listenToAccount(client, shapes, account, login, openKey)]
  return [...(await Promise.all(open)), ...(await Promise.all(ofAccount)).flat()]
}

const nobody: StreamLogin = { keys: closeKeys('nobody', 'nothing'), now: () => 0 }

async function listenToAccount(
  client: VenueClient,
  shapes: VenueShapes,
  account: VenueAccount,
  login: StreamLogin,
  openKey: () => Promise<string>,
): Promise<Sight[]> {
  let key: string
  try {
    key = await openKey()
  } catch (error) {
    const place = { url: '', isPrivate: true, awaited: [] }
    return [toSight(place, `no key to it: ${describeError(error)}`, [], 0)]
  }
  const { greeting } = account
  const routes = account.streamUrls(client, key).map((url): Route => ({
    url,
    isPrivate: true,
    channels: shapes.privateChannels,
    greeting,
    awaited: [],
  }))
  return Promise.all(routes.map((route) => listen(client, shapes, route, login)))
}

/** A public address asks for no login: what is said first is the subscription. */
function toRoute(route: PublicRoute, url: string, symbol: string, shapes: VenueShapes): Route {
  const greeting: StreamGreeting = {
    login: () => route.subscription(symbol) as Record<string, unknown>,
    subscription: () => ({ subscribe: {}, answers: route.answers }),
    answerOf(message) {
      const answer = route.answerOf(message)
      return typeof answer === 'object' ? answer : answer ? 'subscribed' : undefined
    },
  }
  return { url, isPrivate: false, channels: shapes.publicChannels, greeting, awaited: route.channels }
}

async function listen(
  client: VenueClient,
  shapes: VenueShapes,
  route: Route,
  login: StreamLogin,
): Promise<Sight> {
  const findings = new Map<string, Finding>()
  const heard = new Set<string>()
  let messages = 0
  let onHeard = () => {}

  function take(message: unknown): void {
    const channel = shapes.channelOf(message)
    if (channel === undefined) return
    messages += 1
    const shape = route.channels[channel]
    const found: readonly Finding[] =
      shape === undefined
        ? [{ kind: 'unknown', path: '', expected: '', found: '', count: 1 }]
        : checkShape(shape, message)
    for (const each of found) {
      const path = each.path === '' ? channel : `${channel} ${each.path}`
      const before = findings.get(`${each.kind} ${path}`)
      findings.set(`${each.kind} ${path}`, { ...each, path, count: each.count + (before?.count ?? 0) })
    }
    heard.add(channel)
    onHeard()
  }

  let ended: string | undefined
  const problem = await new Promise<string | undefined>((resolve) => {
    const connection = connectStream(
      client,
      {
        accountTimeOf: () => undefined,
        toUserEvents(message) {
          take(message)
          return []
        },
        ...(route.greeting === undefined ? {} : { greeting: route.greeting }),
      },
      [route.url],
      login,
      {
        onOpen() {
          clearTimeout(timer)
          timer = setTimeout(() => finish(silent()), route.awaited.length > 0 ? speakWithinMs : listenMs)
          onHeard()
        },
        onEvent() {},
        onSign() {},
        onLost: finish,
        onEnd(reason) {
          ended = reason
          finish(`ended: ${reason}`)
        },
      },
    )
    let timer = setTimeout(() => finish(`not open within ${openWithinMs / 1000} s`), openWithinMs)
    const silent = () => {
      const missing = route.awaited.filter((channel) => !heard.has(channel))
      return missing.length === 0
        ? undefined
        : `no message of ${missing.join(', ')} within ${speakWithinMs / 1000} s`
    }
    function finish(why: string | undefined) {
      clearTimeout(timer)
      if (ended === undefined) connection.close()
      resolve(why)
    }
    onHeard = () => {
      if (route.awaited.length > 0 && silent() === undefined) finish(undefined)
    }
  })
  return toSight(route, problem, [...findings.values()], messages)
}

function toSight(
  { url, isPrivate, awaited }: Pick<Route, 'url' | 'isPrivate' | 'awaited'>,
  problem: string | undefined,
  findings: readonly Finding[],
  rows: number,
): Sight {
  // The rest of an address may hold a key.
  const place = ['stream', url === '' ? 'of the account' : new URL(url).pathname, ...awaited].join(' ')
  return { place, isPrivate, isRead: isPrivate, problem, findings, rows }
}
