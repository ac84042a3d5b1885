import { expect } from 'chai'
import { signLark } from '../../../lib/alert/lark-webhook-channel.ts'

describe("Lark's signature", () => {
  // printf '' | openssl dgst -sha256 -hmac "$(printf '%s\n%s' TIMESTAMP SECRET)" -binary | base64
  const known: [number, string, string][] = [
    [1_599_360_473, 'demo-secret', '3/MaVZ8JLIy4TUG+7KSFJqvUkTKd+HWY8g+56DZWq8s='],
    [1_700_000_000, 'k3y/With+odd=chars', 'rfdK5yFCsFQzhvlU7M89UzxKbUsuE1x0H8jhnlxqZQ4='],
    [1_732_300_000, '密钥', 'TLISwWxnXOI2EKpTGYlv9kZ2Q3noZ8A887XZEyvje8o='],
  ]
  for (const [timestamp, secret, signature] of known) {
    it(`of ${timestamp} with "${secret}" is what openssl makes of it`, () => {
      expect(signLark(timestamp, secret)).to.equal(signature)
    })
  }
})
