import type { StreamUrls } from './venue-account.ts'
import type { Shape, Words } from './check-shape.ts'
import type { VenueCall } from './venue-call.ts'

/** What a question may need to know. */
export interface Asked {
  /** one that trades */
  readonly symbol: string
  /** venue ms */
  readonly now: number
}

/** One endpoint that is used, and what it answers. */
export interface EndpointShape {
  /** as the venue writes it, such as `GET /fapi/v1/time` */
  readonly name: string
  /** whether it is signed */
  readonly isPrivate: boolean
  /** a question that changes nothing and weighs little */
  readonly call: (of: Asked) => VenueCall
  readonly body: Shape
  /** codes of the answer where what is asked for does not exist; such an answer has no body to look at */
  readonly absent?: ReadonlySet<string>
}

/** One event or channel of a stream. */
export type ChannelShapes = Readonly<Record<string, Shape>>

/** An address of public events. No actor reads them: what is wrong with one harms nothing yet. */
export interface PublicRoute {
  url(urls: StreamUrls['urls']): string
  subscription(symbol: string): unknown
  /** answers to the subscription before it stands */
  readonly answers: number
  /** whether a message is such an answer; the text of a refusal */
  answerOf(message: unknown): boolean | { readonly refused: string }
  /** of which one message at least should come soon */
  readonly channels: readonly string[]
}

/** What is known of a venue: each endpoint and stream, and each field that was seen in it. */
export interface VenueShapes {
  readonly endpoints: readonly EndpointShape[]
  /** the symbol of an answer of the instruments' endpoint that questions are asked of */
  symbolIn(instruments: unknown): string | undefined
  /** name of the endpoint that tells the instruments */
  readonly instruments: string
  /** which event or channel a message tells; undefined of what is none */
  readonly channelOf: (message: unknown) => string | undefined
  readonly publicRoutes: readonly PublicRoute[]
  readonly publicChannels: ChannelShapes
  readonly privateChannels: ChannelShapes
}

/** The words that a map reads. */
export function wordsOf(...maps: readonly Readonly<Record<string, unknown>>[]): Words {
  return { words: [...new Set(maps.flatMap((map) => Object.keys(map)))] }
}
