import { createHash, timingSafeEqual } from 'node:crypto'
import { nanoid } from 'nanoid'

/** Who may see the board. */
export interface Login {
  readonly user: string
  /** the password, or where it came from when a person chose it */
  readonly shown: string
  matches(user: string, password: string): boolean
}

/** The login with the configured password, or with a new random one when it is empty. */
export function chooseLogin(configured: string): Login {
  const user = 'sluice'
  const password = configured === '' ? nanoid() : configured
  return {
    user,
    shown: configured === '' ? password : 'as in SLUICE_BOARD_PASSWORD',
    matches: (givenUser, givenPassword) => areEqual(`${givenUser}:${givenPassword}`, `${user}:${password}`),
  }
}

// Hashes have one length, so the time taken tells nothing of the text.
function areEqual(a: string, b: string): boolean {
  return timingSafeEqual(hashOf(a), hashOf(b))
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
