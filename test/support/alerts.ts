import type { Alert } from '../../lib/model/alert.ts'
import type { LarkMessage } from './lark-server.ts'

/** An error of a subject. */
export function errorOf(subject: string): Alert {
  return { kind: 'error', subject, severity: 'warning', text: `something about ${subject}` }
}

/** The subjects of errors that messages speak of, in order. */
export function subjectsIn(messages: readonly Pick<LarkMessage, 'text'>[]): string[] {
  return messages.flatMap(({ text }) => [...text.matchAll(/^WARNING error: (.+)$/gm)].map((m) => m[1] ?? ''))
}
