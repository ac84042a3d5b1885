import { chmodSync } from 'node:fs'
import { expect } from 'chai'
import { readConfig } from '../../../lib/hub/config.ts'
import { environmentNameOf, flagOf, settings } from '../../../lib/hub/settings.ts'
import type { SettingName } from '../../../lib/hub/settings.ts'
import { ConfigError } from '../../../lib/model/errors.ts'
import { withFolder } from '../../support/folder.ts'

type Flags = Partial<Record<SettingName, string>>

describe('the configuration', () => {
  const folder = withFolder()

  /** What is read with sluice.json holding `file`. */
  function read(file: unknown, environment: Record<string, string> = {}, flags: Flags = {}) {
    const path = folder.write('sluice.json', typeof file === 'string' ? file : JSON.stringify(file))
    return readConfig(flags, { SLUICE_CONFIG: path, ...environment })
  }

  function refusal(file: unknown, environment: Record<string, string> = {}, flags: Flags = {}): string {
    try {
      read(file, environment, flags)
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigError)
      return (error as Error).message
    }
    throw new Error('expected a refusal')
  }

  it('takes a flag before the environment, that before the file, and that before the default', () => {
    const file = { concurrency: 3, candlesPerPoll: 30, share: 0.3 }
    const environment = { SLUICE_CONCURRENCY: '2', SLUICE_CANDLES_PER_POLL: '20' }
    const { config, sources } = read(file, environment, { concurrency: '1' })
    const { concurrency, candlesPerPoll, share, klineRetention } = config
    expect([concurrency, candlesPerPoll, share, klineRetention]).to.deep.equal([1, 20, 0.3, 500])
    const sourceOf = (name: string) => sources.find((each) => each.name === name)?.source
    expect(sourceOf('concurrency')).to.equal('--concurrency')
    expect(sourceOf('candlesPerPoll')).to.equal('SLUICE_CANDLES_PER_POLL')
    expect(sourceOf('share')).to.contain('"share" in ').and.to.contain('sluice.json')
    expect(sourceOf('klineRetention')).to.equal('default')
  })

  it("takes a venue's own address before the one for any venue", () => {
    const environment = {
      SLUICE_EXCHANGE_URL: 'http://127.0.0.1:1',
      SLUICE_EXCHANGE_URL_OKX: 'http://127.0.0.1:2',
      SLUICE_EXCHANGE_URL_BYBIT: '',
    }
    const urlOf = (exchange: string) => read({ exchange }, environment).config.exchangeUrl
    expect(['binanceusdm', 'okx', 'bybit'].map(urlOf)).to.deep.equal([
      'http://127.0.0.1:1',
      'http://127.0.0.1:2',
      'http://127.0.0.1:1',
    ])
  })

  it('means the same by a flag, the environment and the file', () => {
    const values = {
      intervals: ['1m', '1h'],
      allowActions: true,
      minQuoteVolume: 1e6,
      exchangeUrl: 'http://127.0.0.1:9600',
    }
    const texts: Flags = {
      intervals: '1m, 1h',
      allowActions: 'true',
      minQuoteVolume: '1000000',
      exchangeUrl: 'http://127.0.0.1:9600',
    }
    const environment = Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [environmentNameOf(name as SettingName), text]),
    )
    for (const { config } of [read(values), read({}, environment), read({}, {}, texts)]) {
      const { intervals, allowActions, minQuoteVolume, exchangeUrl } = config
      expect({ intervals, allowActions, minQuoteVolume, exchangeUrl }).to.deep.equal(values)
    }
  })

  it('cannot be changed once it is read, and works with nothing given', () => {
    const { config } = read({})
    expect(Object.isFrozen(config)).to.equal(true)
    expect(config.exchange).to.equal('binanceusdm')
    expect(Object.keys(config).toSorted()).to.deep.equal(Object.keys(settings).toSorted())
  })

  it('refuses an unknown key or variable and names the one that was meant', () => {
    expect(refusal({ concurency: 4 })).to.match(
      /^unknown key in .*sluice\.json: "concurency"; did you mean "concurrency"\?$/,
    )
    expect(refusal({}, { SLUICE_SHAER: '1' })).to.equal(
      'unknown environment variable: "SLUICE_SHAER"; did you mean "SLUICE_SHARE"?',
    )
    expect(refusal({ somethingElseAltogether: 1 })).to.match(/: "somethingElseAltogether"$/)
  })

  it('refuses a value that does not fit and tells where it stood, what was expected and what was found', () => {
    const wrong: [Flags, string[]][] = [
      [{ concurrency: '0' }, ['--concurrency', 'was "0"']],
      [{ concurrency: 'many' }, ['--concurrency', 'was "many"']],
      [{ concurrency: '1.5' }, ['--concurrency', 'was "1.5"']],
      [{ concurrency: '' }, ['--concurrency', 'was ""']],
      [{ share: '1.1' }, ['--share', 'was "1.1"']],
      [{ intervals: '1m,7m' }, ['--intervals', '1h', 'was "1m,7m"']],
      [{ exchange: 'nyse' }, ['--exchange', 'binanceusdm', 'was "nyse"']],
      [{ exchangeUrl: '127.0.0.1:9600' }, ['--exchange-url', 'was "127.0.0.1:9600"']],
      [{ universeSchedule: 'now and then' }, ['--universe-schedule', '*/5 * * * *']],
      [{ allowActions: 'yes' }, ['--allow-actions', 'was "yes"']],
      [{ namespace: 'a:b' }, ['--namespace', 'was "a:b"']],
      [{ port: '65536' }, ['--port', 'was "65536"']],
    ]
    for (const [flags, parts] of wrong) {
      const sentence = refusal({}, {}, flags)
      for (const part of parts) expect(sentence).to.contain(part)
      expect(sentence).to.not.contain('\n')
    }
    expect(refusal({ concurrency: '8' }))
      .to.contain('"concurrency" in ')
      .and.to.contain('was ""8""')
    expect(refusal({}, { SLUICE_RATE: '-1' }))
      .to.contain('SLUICE_RATE')
      .and.to.contain('was "-1"')
  })

  it('refuses a file that is missing, is no JSON, or holds no object', () => {
    expect(() => readConfig({}, { SLUICE_CONFIG: '/does/not/exist.json' })).to.throw(
      ConfigError,
      'SLUICE_CONFIG names /does/not/exist.json, which does not exist',
    )
    expect(refusal('{"concurrency": 4,}')).to.contain('must hold JSON')
    expect(refusal('[1]')).to.contain('must hold a JSON object')
    expect(refusal('null')).to.contain('must hold a JSON object')
  })

  it('takes a secret from the environment only, and shows none in an error', () => {
    expect(read({}, { SLUICE_BOARD_PASSWORD: 'correct horse' }).config.boardPassword).to.equal(
      'correct horse',
    )
    expect(refusal({ boardPassword: 'correct horse' }))
      .to.contain('SLUICE_BOARD_PASSWORD')
      .and.to.not.contain('horse')
    expect(refusal({}, { SLUICE_BOARD_PASSWORD: 'short' }))
      .to.contain('SLUICE_BOARD_PASSWORD')
      .and.to.not.contain('short')
  })

  it('takes secrets from a file that its owner alone can read, after the environment, and nothing else from it', () => {
    const secrets = folder.write('secrets.json', JSON.stringify({ boardPassword: 'correct horse' }))
    const named = { SLUICE_SECRETS: secrets }
    expect(refusal({}, named)).to.match(
      /secrets\.json must be its owner's alone: expected mode 600 .*, found 6\d\d$/,
    )
    chmodSync(secrets, 0o600)
    expect(read({}, named).config.boardPassword).to.equal('correct horse')
    expect(read({}, { ...named, SLUICE_BOARD_PASSWORD: 'battery staple' }).config.boardPassword).to.equal(
      'battery staple',
    )
    const refused: [string, string][] = [
      ['{"boardPassword": "short"}', '"boardPassword" in '],
      ['{"boardPasword": "correct horse"}', 'did you mean "boardPassword"?'],
      ['{"concurrency": 3}', 'unknown secret in '],
      ['correct horse', 'must hold a JSON object'],
      ['["correct horse"]', 'must hold a JSON object'],
    ]
    for (const [text, part] of refused) {
      chmodSync(folder.write('secrets.json', text), 0o600)
      expect(refusal({}, named)).to.contain(part).and.to.not.contain('horse').and.to.not.contain('"short"')
    }
    expect(refusal({}, { SLUICE_SECRETS: '/does/not/exist.json' })).to.contain(
      'SLUICE_SECRETS names /does/not',
    )
  })

  it('spells a setting in three ways that lead back to one name', () => {
    expect(flagOf('candlesPerPoll')).to.equal('--candles-per-poll')
    expect(environmentNameOf('candlesPerPoll')).to.equal('SLUICE_CANDLES_PER_POLL')
  })
})
