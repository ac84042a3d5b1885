import { expect } from 'chai'
import { runAgain } from '../../../scripts/run-tests/run-again.ts'
import type { FileCounts } from '../../../scripts/run-tests/run-mocha.ts'

const failing = (...failures: string[]): FileCounts => ({
  passed: 4,
  failed: failures.length,
  skipped: 1,
  failures,
})
const counts = (passed: number, failed: number): FileCounts => ({ passed, failed, skipped: 0, failures: [] })

describe('what has failed', () => {
  /** Runs again what failed, as mocha would answer; gives what it was asked for, and the counts in the end. */
  async function again(
    late: Record<string, FileCounts>,
    answers: Record<string, FileCounts>[],
    mochaArguments: readonly string[] = [],
  ) {
    const asked: { files: readonly string[]; flags: readonly string[] }[] = []
    const told = await runAgain(new Map(Object.entries(late)), mochaArguments, async (files, flags) => {
      const answer = answers[asked.push({ files, flags }) - 1] ?? {}
      return new Map(Object.entries(answer))
    })
    return { asked, told: Object.fromEntries(told) }
  }

  it('runs once more by its titles, and has passed when it does', async () => {
    const { asked, told } = await again({ a: failing('one (1)', 'two'), b: failing('three') }, [
      { a: counts(2, 0), b: counts(1, 0) },
    ])
    expect(asked).to.deep.equal([
      { files: ['a', 'b'], flags: ['--grep', String.raw`^(?:one \(1\)|two|three)$`] },
    ])
    expect(told).to.deep.equal({
      a: { passed: 6, failed: 0, skipped: 1, failures: [] },
      b: { passed: 5, failed: 0, skipped: 1, failures: [] },
    })
  })

  it('runs with its whole file where it fails again or is not found, and that counts', async () => {
    const { asked, told } = await again({ a: failing('one'), b: failing('two'), c: failing('three') }, [
      { a: counts(0, 1), b: counts(1, 0) },
      { a: counts(5, 0), c: counts(4, 1) },
    ])
    expect(asked.map(({ files }) => files)).to.deep.equal([
      ['a', 'b', 'c'],
      ['a', 'c'],
    ])
    expect(asked[1]?.flags).to.deep.equal([])
    expect([told['a'], told['c']]).to.deep.equal([counts(5, 0), counts(4, 1)])
    expect(told['b']?.failed).to.equal(0)
  })

  it('runs as a whole file where a hook failed, which has no title, or where mocha was given flags', async () => {
    const hook = { ...failing('one'), failed: 2 }
    const { asked, told } = await again({ a: hook }, [{ a: counts(6, 0) }])
    expect(asked).to.deep.equal([{ files: ['a'], flags: [] }])
    expect(told).to.deep.equal({ a: counts(6, 0) })
    const flagged = await again({ a: failing('one') }, [{ a: counts(1, 0) }], ['-g', 'one'])
    expect(flagged.asked).to.deep.equal([{ files: ['a'], flags: ['-g', 'one'] }])
  })

  it('is nothing, mostly', async () => {
    expect((await again({}, [])).asked).to.deep.equal([])
  })
})
