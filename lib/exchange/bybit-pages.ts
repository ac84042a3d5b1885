import { pageOf } from './bybit-account-map.ts'
import { UnreadableAnswer } from './raw.ts'
import type { Raw } from './raw.ts'
import type { Ask } from './venue-call.ts'

const mostPages = 100

/**
 * Every row of a list of Bybit, page by page in the venue's order, and when its first page was asked for. Throws
 * UnreadableAnswer where there is no end to them.
 */
export async function readBybitPages(
  ask: Ask,
  { path, params }: { path: string; params: Raw },
): Promise<{ rows: Raw[]; askedAt: number }> {
  const rows: Raw[] = []
  let first: number | undefined
  let from = {}
  for (let page = 0; page < mostPages; page++) {
    const { body, askedAt } = await ask({
      api: 'private',
      method: 'GET',
      path,
      params: { ...params, ...from },
    })
    first ??= askedAt
    const told = pageOf(body, path)
    rows.push(...told.rows)
    // A cursor comes with the last page of some lists too; what follows it is empty.
    if (told.cursor === undefined || told.rows.length < Number(params['limit']))
      return { rows, askedAt: first }
    from = { cursor: told.cursor }
  }
  throw new UnreadableAnswer(`${path} must end within ${mostPages} pages`)
}
