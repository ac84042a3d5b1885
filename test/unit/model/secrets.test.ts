import { inspect } from 'node:util'
import { expect } from 'chai'
import fc from 'fast-check'
import { closeKeys } from '../../../lib/model/account-keys.ts'
import { hidden, hideSecrets } from '../../../lib/model/secrets.ts'

const letters = fc.stringMatching(/^[A-Za-z0-9]{64}$/)

describe('what is secret', () => {
  it('is hidden wherever a text holds it, by what it is called or by its length', () => {
    const places: ((value: string) => string)[] = [
      (value) => `GET https://venue/fapi/v3/account?timestamp=1&signature=${value} 502`,
      (value) => `wss://venue/private/ws?listenKey=${value}`,
      (value) => JSON.stringify({ listenKey: value }),
      (value) => JSON.stringify({ err: { message: JSON.stringify({ listenKey: value }) } }),
      (value) => inspect({ headers: { 'X-MBX-APIKEY': value }, secret: value }),
      (value) => `stray ${value} here`,
    ]
    fc.assert(
      fc.property(letters, (value) => {
        for (const place of places) expect(hideSecrets(place(value))).to.not.contain(value)
      }),
    )
  })

  it('is hidden by its value when it is short, and by its frame when it is a private key', () => {
    expect(hideSecrets('key abc and abcd', ['abc', ''])).to.equal('key [hidden] and [hidden]d')
    const pem = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQ\n-----END PRIVATE KEY-----'
    expect(hideSecrets(`secret ${pem}.`)).to.equal('secret [hidden].')
  })

  it('is hidden where it is an address that lets anybody in, a login or a token', () => {
    const texts: [string, string, string][] = [
      ['cannot reach redis://user:hunter2@10.0.0.1:6379', 'hunter2', '@10.0.0.1:6379'],
      ['POST https://hooks.slack.com/services/T000/B000/XXXXyyyy failed', 'XXXXyyyy', ' failed'],
      ['https://open.feishu.cn/open-apis/bot/v2/hook/1f2e-3d4c 404', '1f2e-3d4c', ' 404'],
      ['https://api.telegram.org/bot123456:AAE-xyz_12/sendMessage', 'AAE-xyz_12', '/sendMessage'],
      ['Authorization: Bearer t-caecc734c2e3328a, POST', 't-caecc734', 'POST'],
    ]
    for (const [text, value, kept] of texts)
      expect(hideSecrets(text)).to.contain(hidden).and.to.contain(kept).and.to.not.contain(value)
  })

  it('leaves the rest of a text as it was', () => {
    const texts = [
      'GET https://venue/fapi/v3/account?timestamp=1795384309002&recvWindow=5000 502 Bad Gateway',
      '"boardPassword" is a secret: expected it in SLUICE_BOARD_PASSWORD, found it in sluice.json',
      'NOSCRIPT 0123456789abcdef0123456789abcdef01234567',
      'Redis runs on redis://127.0.0.1:6379 and mail@example.net is told',
      'binanceusdm rejected x-4e1f00a9b2c3d4e5f6a7b8c9d0e1f2a3: Margin is insufficient. (-2019)',
    ]
    for (const text of texts) expect(hideSecrets(text)).to.equal(text)
    const signed = 'a?timestamp=1&signature=0a1b&x=2 {"code":-1022}'
    expect(hideSecrets(signed)).to.equal('a?timestamp=1&signature=[hidden]&x=2 {"code":-1022}')
  })
})

describe('the keys of an account', () => {
  it('are there by name, and neither in JSON, nor in an inspection, nor in a copy', () => {
    const keys = closeKeys('the-key', 'the-secret')
    expect([keys.key, keys.secret]).to.deep.equal(['the-key', 'the-secret'])
    const shown = [JSON.stringify({ keys }), inspect(keys), inspect({ ...keys }), Object.keys(keys).join()]
    for (const text of shown) expect(text).to.not.match(/the-/)
  })
})
