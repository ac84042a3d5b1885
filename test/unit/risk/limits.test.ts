import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../../lib/hub/config.ts'
import { projectRoot } from '../../../lib/hub/project-root.ts'
import { ConfigError } from '../../../lib/model/errors.ts'
import { riskLimitsSchema } from '../../../lib/model/risk-limits.ts'
import { defaultLimits, limitsOf } from '../../../lib/risk/limits.ts'

describe('the risk limits', () => {
  it('are the defaults, with what is configured in their place, as exact decimals', () => {
    const limits = limitsOf({ orderNotional: 0.1, rungs: [0.02, 0.3], symbolBanMs: null, openOrders: 3 })
    expect(limits).to.deep.include({
      orderNotional: '0.1',
      rungs: ['0.02', '0.3'],
      symbolBanMs: null,
      openOrders: 3,
    })
    expect(limits).to.deep.include({ symbolLoss4h: '150', symbolLoss24h: '1800', accountLoss24h: '3000' })
    expect(Object.keys(limits)).to.deep.equal(Object.keys(defaultLimits))
  })

  it('have defaults that their own schema takes', () => {
    expect(riskLimitsSchema.parse(defaultLimits)).to.deep.equal(defaultLimits)
  })

  it('stand in the documentation, each with its default', () => {
    const text = readFileSync(join(projectRoot(), 'docs', 'risk.md'), 'utf8')
    for (const [name, value] of Object.entries(defaultLimits))
      expect(text).to.contain(`| \`${name}\` | ${JSON.stringify(value)} |`)
  })

  it('are read from the configuration, which refuses what does not fit and says where', () => {
    const read = (text: string) => readConfig({ riskLimits: text }, {}).config.riskLimits
    expect(read('{"leverage": 3, "rungs": [0.01]}')).to.deep.equal({ leverage: 3, rungs: [0.01] })
    const wrong: [string, string][] = [
      ['{"levrage": 3}', 'levrage'],
      ['{"leverage": 0}', 'leverage: more than 0'],
      ['{"rungs": [0.05, 0.05]}', 'rungs: each rung farther'],
      ['{"rungs": []}', 'at least one rung'],
      ['{"symbolBanMs": "never"}', 'symbolBanMs'],
      ['[]', 'riskLimits'],
    ]
    for (const [text, named] of wrong.slice(0, 5)) expect(() => read(text)).to.throw(ConfigError, named)
    expect(() => read('[]')).to.throw(ConfigError)
  })
})
