import { expect } from 'chai'
import { withFolder } from '../../support/folder.ts'
import { runProgram } from '../../support/run-program.ts'

const secret = 'ab12'.repeat(16)

describe('what a process says', () => {
  const folder = withFolder()

  /** Runs a program that may import from the compiled lib. */
  function run(text: string) {
    const lib = new URL('../../../lib', import.meta.url).href
    const lines = [
      `import { openLog } from '${lib}/hub/log.js'`,
      `import { runCommandLine } from '${lib}/hub/command-line.js'`,
      `const error = Object.assign(new Error('GET https://x/?signature=${secret} failed'), {`,
      `  url: 'wss://x/private/ws?listenKey=${secret}', headers: { 'X-MBX-APIKEY': '${secret}' } })`,
      text,
    ]
    return runProgram(folder.write('program.mjs', lines.join('\n')), [])
  }

  it('in its log holds no secret, even of an error that kept its own', async () => {
    const { code, stdout, stderr } = await run(
      `const log = openLog('trace', { test: 1 })
       log.error({ err: error, row: { listenKey: 'short' } }, 'secret ${secret}')
       log.child({ key: '${secret}' }).trace('still there')`,
    )
    expect([code, stderr]).to.deep.equal([0, ''])
    const lines = stdout.trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).to.deep.equal([
      'error',
      'trace',
    ])
    expect(stdout).to.contain('signature=[hidden] failed').and.to.contain('still there')
    expect(stdout).to.not.contain(secret).and.to.not.contain('"short"')
  })

  it('at its end holds no secret, whatever it ended of', async () => {
    const { code, stderr } = await run(`await runCommandLine('sluice test', async () => { throw error })`)
    expect(code).to.equal(1)
    expect(stderr).to.contain('signature=[hidden] failed').and.to.not.contain(secret)
  })
})
