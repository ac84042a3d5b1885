/** What stands in the place of a secret. */
export const hidden = '[hidden]'

// What venues call their secrets: in an address (`signature=…`), in JSON, escaped or not, or in a printed object.
const named =
  /((?:signature|listenKey|apiKey|secret|passphrase|password|X-MBX-APIKEY)(?:=|%3D|["'\\]*\s*:\s*\\*["']))[^&\s"'\\]+/gi
// Keys, secrets, listenKeys and signatures of Binance are 64 letters and digits; nothing else of ours is so long.
const long = /[A-Za-z0-9]{56,}/g
// redis://user:password@host
const login = /(:\/\/)[^\s/@]*:[^\s/@]*@/g
// Addresses of webhooks and bots, whose path is all that a stranger needs.
const hook =
  /(hooks\.slack\.com\/services\/|\/open-apis\/bot\/v2\/hook\/|\/bot(?=\d+:))[^\s"'<>\\/]+(?:\/(?!sendMessage)[^\s"'<>\\/]+)*/gi
const bearer = /\b(Bearer\s+)[\w.~+/=-]+/gi
const pem = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g

/**
 * The text without what looks like a key, a secret, a signature or a listenKey, and without any of `known`: values that
 * are secret whatever they look like.
 */
export function hideSecrets(text: string, known: readonly string[] = []): string {
  let shown = text
  for (const value of known) if (value !== '') shown = shown.replaceAll(value, hidden)
  return shown
    .replace(pem, hidden)
    .replace(login, `$1${hidden}@`)
    .replace(hook, `$1${hidden}`)
    .replace(bearer, `$1${hidden}`)
    .replace(named, `$1${hidden}`)
    .replace(long, hidden)
}
