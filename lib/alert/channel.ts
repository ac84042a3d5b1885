import type { ChannelName } from '../model/alert.ts'

/** Where alerts go. */
export interface Channel {
  readonly name: ChannelName
  readonly limits: ChannelLimits
  /**
   * Sends one message; resolves when the channel has taken it. Rejects with RetryLaterError when it may take the same
   * message later, and with VenueRejectedError when it never will.
   */
  readonly send: (message: Message) => Promise<void>
}

/** One message. */
export interface Message {
  /** the same for the same news, so that a channel that knows how shows it once; 50 characters at most */
  readonly id: string
  /** plain text, within the channel's limit */
  readonly text: string
}

/** What a channel bears. */
export interface ChannelLimits {
  /** real ms between two messages */
  readonly everyMs: number
  /** messages in any minute */
  readonly perMinute: number
  /** characters in a message */
  readonly mostCharacters: number
}
