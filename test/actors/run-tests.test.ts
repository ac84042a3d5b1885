import { spawn } from 'node:child_process'
import { expect } from 'chai'
import { projectRoot } from '../../lib/hub/project-root.ts'
import { withFolder } from '../support/folder.ts'
import { canSeeProcesses, processesOf } from '../support/processes.ts'
import { cleanEnvironment } from '../support/run-program.ts'
import { until } from '../support/until.ts'

describe('a run of tests', function () {
  this.timeout(60_000)
  const folder = withFolder()
  // Whatever became of the test: what it started names its folder.
  afterEach(() => {
    if (canSeeProcesses) for (const { pid } of processesOf(folder.path())) process.kill(pid, 'SIGKILL')
  })

  it('that is told to end ends what it has started, and starts nothing more', async function () {
    if (!canSeeProcesses) this.skip()
    // One that runs at once, for long, and one that would come after it.
    const files = ['test/redis/limits.test.ts', 'test/unit/layers.test.ts']
    const child = spawn(process.execPath, ['scripts/run-tests', ...files], {
      cwd: projectRoot(),
      env: cleanEnvironment({ TMPDIR: folder.path() }),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    const ended = new Promise((resolve) => child.once('close', resolve))
    const hasRedis = () =>
      processesOf(folder.path()).some((each) => /redis-server|valkey/.test(each.commandLine))
    await until('its first test has a Redis', async () => hasRedis(), 30_000)
    child.kill('SIGTERM')
    expect(await ended).to.equal(1)
    expect(output).to.match(/^\s*0 passed, 1 failed, 0 skipped\n$/)
    await until('nothing of it is left', async () => processesOf(folder.path()).length === 0, 10_000)
  })
})
