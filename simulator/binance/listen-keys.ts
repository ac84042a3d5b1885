import type { Account } from '../account/account.ts'
import { hash } from '../core/random.ts'
import { RequestError } from './request-error.ts'

interface Held {
  readonly listenKey: string
  readonly until: number
}

/** The keys of the accounts' streams, one each, alive for so many simulated ms after it was made or renewed. */
export class ListenKeys {
  private readonly lifeMs: number
  private readonly byAccount = new Map<Account, Held>()
  private closed: string[] = []
  private made = 0

  constructor(lifeMs: number) {
    this.lifeMs = lifeMs
  }

  /** The account's key, a new one when it has none; lives anew from now. */
  open(account: Account, now: number): string {
    const held = this.byAccount.get(account)
    if (held !== undefined && now < held.until) return this.renew(account, now)
    this.made += 1
    const parts = Array.from({ length: 10 }, (_, index) => hash(now, this.made * 16 + index, 51).toString(36))
    const listenKey = parts.join('').padEnd(64, '0').slice(0, 64)
    this.byAccount.set(account, { listenKey, until: now + this.lifeMs })
    return listenKey
  }

  /** Throws RequestError when the account has no living key. */
  renew(account: Account, now: number): string {
    const held = this.byAccount.get(account)
    if (held === undefined || now >= held.until)
      throw new RequestError(-1125, 'This listenKey does not exist.')
    this.byAccount.set(account, { ...held, until: now + this.lifeMs })
    return held.listenKey
  }

  close(account: Account, now: number): void {
    const listenKey = this.renew(account, now)
    this.byAccount.delete(account)
    this.closed.push(listenKey)
  }

  /** The key that the account's events go to. */
  keyOf(account: Account): string | undefined {
    return this.byAccount.get(account)?.listenKey
  }

  /** The keys that were closed since the last time somebody asked. */
  takeClosed(): string[] {
    const closed = this.closed
    this.closed = []
    return closed
  }

  /** Takes away and tells the keys whose life has ended. */
  expire(now: number): string[] {
    const ended: string[] = []
    for (const [account, { listenKey, until }] of this.byAccount) {
      if (now < until) continue
      this.byAccount.delete(account)
      ended.push(listenKey)
    }
    return ended
  }
}
