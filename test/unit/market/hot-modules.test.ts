import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { openLog } from '../../../lib/hub/log.ts'
import type { HotFacts } from '../../../lib/market/hot-facts.ts'
import { loadHotModules } from '../../../lib/market/hot-modules.ts'
import { ConfigError } from '../../../lib/model/errors.ts'

const facts: HotFacts = {
  symbol: 'BTCUSDT',
  now: 0,
  intervalMs: 60_000,
  klines: [],
  quoteVolume24h: undefined,
  openPosition: false,
}

describe('loadHotModules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-hot-'))
  after(() => rmSync(folder, { recursive: true }))

  const load = (name: string, source: string) => {
    const module = join(folder, name)
    writeFileSync(module, source)
    return loadHotModules({ any: [{ openPosition: true }, { module }] }, openLog('silent', {})).then(
      (modules) => ({
        isHot: (of = facts) => modules.judge(module, of),
        errors: () => modules.errors(),
      }),
    )
  }
  const failure = (loading: Promise<unknown>) =>
    loading.then(
      () => undefined,
      (error: unknown) => error,
    )

  it('gives the facts to the function that a file exports', async () => {
    const own = await load('own.mjs', `export const isHot = ({ symbol }) => symbol.startsWith('BTC')`)
    expect(own.isHot()).to.equal(true)
    expect(own.isHot({ ...facts, symbol: 'ETHUSDT' })).to.equal(false)
  })

  it('takes an exception for false and counts it', async () => {
    const own = await load('throws.mjs', `export function isHot() { throw new Error('mine') }`)
    expect([own.isHot(), own.isHot()]).to.deep.equal([false, false])
    expect(own.errors()).to.equal(2)
  })

  it('takes a promise for an error, and is not ended by its rejection', async () => {
    const own = await load('late.mjs', `export async function isHot() { throw new Error('late') }`)
    expect(own.isHot()).to.equal(false)
    expect(own.errors()).to.equal(1)
  })

  it('says what is wrong with a file that is absent, does not load or exports no function', async () => {
    const absent = await failure(loadHotModules({ module: join(folder, 'no.mjs') }, openLog('silent', {})))
    expect(absent)
      .to.be.instanceOf(ConfigError)
      .with.property('message')
      .that.includes('no.mjs, which does not exist')
    const broken = await failure(load('broken.mjs', 'export const = 1'))
    expect(broken)
      .to.be.instanceOf(ConfigError)
      .with.property('message')
      .that.includes('broken.mjs, which does not load')
    const other = await failure(load('other.mjs', 'export const hot = 1'))
    expect(other)
      .to.be.instanceOf(ConfigError)
      .with.property('message')
      .that.includes('must export a function isHot(facts), exports hot')
  })
})
