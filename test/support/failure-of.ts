import { expect } from 'chai'
import { RetryLaterError } from '../../lib/model/errors.ts'

/** What a call failed with. */
export async function failureOf(run: () => Promise<unknown>): Promise<Error> {
  try {
    const answer = await run()
    throw new RangeError(`expected a failure, found ${JSON.stringify(answer)}`)
  } catch (error) {
    if (error instanceof Error && !(error instanceof RangeError)) return error
    throw error
  }
}

/** Fails with RetryLaterError for the near future, and gives the ms that it took. */
export async function requireRetryLater(run: () => Promise<unknown>): Promise<number> {
  const startedAt = Date.now()
  const failure = await failureOf(run)
  expect(failure).to.be.instanceOf(RetryLaterError)
  expect((failure as RetryLaterError).retryAt).to.be.within(Date.now(), Date.now() + 5_000)
  return Date.now() - startedAt
}
