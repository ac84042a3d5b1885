/** What a topic has to say: the message without its topic. */
export type TopicMessage = {
  readonly type: 'snapshot' | 'delta'
  readonly ts: number
  readonly data: unknown
}
export type Feed = (now: number) => readonly TopicMessage[]
