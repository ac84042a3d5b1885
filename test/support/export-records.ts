import type { RecordKind } from '../../lib/orders/records.ts'
import type { Row } from '../simulator/account-client.ts'
import { of } from './account-system.ts'
import { runSluice } from './run-program.ts'
import type { System } from './system.ts'

/** The rows that `sluice export` writes of the account. */
export async function exportRecords({ redis, hub }: System, kind: RecordKind): Promise<Row[]> {
  const { host, port, password } = redis.endpoint
  const { code, stdout, stderr } = await runSluice(
    ['export', kind, '--account', of.account, '--format', 'ndjson'],
    { REDIS_URL: `redis://:${password}@${host}:${port}`, SLUICE_NAMESPACE: hub.config.namespace },
  )
  if (code !== 0) throw new Error(`sluice export ${kind} ended with ${code}: ${stderr}`)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}
