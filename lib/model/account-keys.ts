/** What requests of an account are signed with. Neither JSON, nor a log, nor an inspection shows it. */
export interface AccountKeys {
  readonly key: string
  readonly secret: string
  /** a third one, which some venues ask for; empty at others */
  readonly passphrase: string
}

/** Keys that are there for whoever asks for them by name, and for nobody who looks at all fields. */
export function closeKeys(key: string, secret: string, passphrase = ''): AccountKeys {
  const keys = {}
  Object.defineProperties(keys, {
    key: { value: key },
    secret: { value: secret },
    passphrase: { value: passphrase },
  })
  return keys as AccountKeys
}

/** What no text may show. */
export function secretsOf({ key, secret, passphrase }: AccountKeys): string[] {
  return [key, secret, ...(passphrase === '' ? [] : [passphrase])]
}
