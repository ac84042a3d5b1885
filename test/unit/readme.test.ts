import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { projectRoot } from '../../lib/hub/project-root.ts'
import { environmentNameOf, flagOf, settings } from '../../lib/hub/settings.ts'
import type { Setting, SettingName } from '../../lib/hub/settings.ts'

describe('the README', () => {
  const text = readFileSync(join(projectRoot(), 'README.md'), 'utf8')

  it('has every setting in its table, with its default', () => {
    for (const name of Object.keys(settings) as SettingName[]) {
      const { secret, fallback }: Setting<unknown> = settings[name]
      if (secret === true) {
        expect(text).to.contain(environmentNameOf(name))
        continue
      }
      const row = text.split('\n').find((line) => line.startsWith(`| \`${flagOf(name)}\` |`))
      expect(row, flagOf(name)).to.be.a('string')
      const shown = show(fallback)
      // The default of this one is another on every machine.
      if (name !== 'address') expect(row?.split('|')[2]?.trim().replaceAll('`', '')).to.equal(shown)
    }
  })

  it('has every actor in its table', () => {
    for (const kind of readdirSync(join(projectRoot(), 'actors'))) expect(text).to.contain(`| \`${kind}\` |`)
  })
})

function show(fallback: unknown): string {
  if (Array.isArray(fallback)) return fallback.join(',')
  if (typeof fallback === 'string') return fallback
  return fallback === null ? '' : JSON.stringify(fallback)
}
