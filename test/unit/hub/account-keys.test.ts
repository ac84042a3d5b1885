import { chmodSync } from 'node:fs'
import { inspect } from 'node:util'
import { expect } from 'chai'
import { readAccountKeys } from '../../../lib/hub/account-keys.ts'
import { readConfig } from '../../../lib/hub/config.ts'
import { ConfigError } from '../../../lib/model/errors.ts'
import { withFolder } from '../../support/folder.ts'

describe('the keys of an account', () => {
  const folder = withFolder()
  const good = { binanceusdm: { main: { key: 'fileKey', secret: 'fileSecret' } } }

  function write(text: string, mode = 0o600): string {
    const path = folder.write('keys.json', text)
    chmodSync(path, mode)
    return path
  }

  function read(keysFile: string, environment: Record<string, string> = {}, account = 'main') {
    const { key, secret } = readAccountKeys({ keysFile }, 'binanceusdm', account, environment)
    return [key, secret]
  }

  function refusal(keysFile: string, environment: Record<string, string> = {}): string {
    try {
      read(keysFile, environment)
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigError)
      // Neither the sentence nor anything that hangs on it.
      expect(inspect(error, { depth: 9, showHidden: true })).to.not.match(/(file|env)(Key|Secret)/)
      return (error as Error).message
    }
    throw new Error('expected a refusal')
  }

  it('come from the environment before the file, by the name of the account', () => {
    const path = write(JSON.stringify(good))
    const environment = {
      SLUICE_KEY_MAIN: 'envKey',
      SLUICE_SECRET_MAIN: 'envSecret',
      SLUICE_KEY_MAIN_2: 'envKey2',
      SLUICE_SECRET_MAIN_2: 'envSecret2',
    }
    expect(read(path, environment)).to.deep.equal(['envKey', 'envSecret'])
    expect(read(path, environment, 'main-2')).to.deep.equal(['envKey2', 'envSecret2'])
    expect(read(path)).to.deep.equal(['fileKey', 'fileSecret'])
  })

  it('are no settings, and no unknown ones either', () => {
    const { sources } = readConfig({}, { SLUICE_KEY_MAIN: 'envKey', SLUICE_SECRET_MAIN: 'envSecret' })
    expect(JSON.stringify(sources)).to.not.match(/env(Key|Secret)/)
    expect(() => readConfig({}, { SLUICE_SECRT_MAIN: 'envSecret' })).to.throw(
      ConfigError,
      /SLUICE_SECRT_MAIN/,
    )
  })

  it('are refused from a file that others may read', () => {
    for (const mode of [0o644, 0o640, 0o604, 0o660]) {
      const sentence = refusal(write(JSON.stringify(good), mode))
      expect(sentence).to.contain('600').and.to.contain(mode.toString(8))
    }
    for (const mode of [0o600, 0o400])
      expect(read(write(JSON.stringify(good), mode))).to.deep.equal(['fileKey', 'fileSecret'])
  })

  it('are missed with a sentence that says where they could stand', () => {
    const nowhere = refusal(`${folder.path()}/none.json`)
    expect(nowhere).to.contain('SLUICE_KEY_MAIN').and.to.contain('none.json')
    const elsewhere = refusal(write(JSON.stringify({ binanceusdm: { other: good.binanceusdm.main } })))
    expect(elsewhere).to.contain('"main"')
    expect(refusal('none.json', { SLUICE_KEY_MAIN: 'envKey' })).to.contain('SLUICE_SECRET_MAIN')
    expect(refusal('none.json', { SLUICE_SECRET_MAIN: 'envSecret' })).to.contain('SLUICE_KEY_MAIN')
  })

  it('in a file that holds something else are refused without a word of it', () => {
    const texts = [
      '{"binanceusdm": {"main": {"key": "fileKey", "secret": "fileSecret"',
      'fileSecret',
      '["fileSecret"]',
      '{"binanceusdm": {"main": "fileSecret"}}',
      '{"binanceusdm": {"main": {"key": "fileKey", "secret": 5}}}',
      '{"binanceusdm": {"main": {"key": "fileKey", "secret": ""}}}',
      '{"binanceusdm": {"main": {"key": "fileKey", "secret": "fileSecret", "fileSecret": 1}}}',
    ]
    for (const text of texts) expect(refusal(write(text))).to.contain('must hold')
  })
})
