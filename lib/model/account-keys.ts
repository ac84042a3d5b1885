/** What requests of an account are signed with. Neither JSON, nor a log, nor an inspection shows it. */
export interface AccountKeys {
  readonly key: string
  readonly secret: string
}

/** Keys that are there for whoever asks for them by name, and for nobody who looks at all fields. */
export function closeKeys(key: string, secret: string): AccountKeys {
  const keys = {}
  Object.defineProperties(keys, { key: { value: key }, secret: { value: secret } })
  return keys as AccountKeys
}
