import { dataOf } from './okx-account-map.ts'
import { UnreadableAnswer, textIn } from './raw.ts'
import type { Raw } from './raw.ts'
import type { Ask } from './venue-call.ts'

const pageRows = 100
const mostPages = 100

/**
 * Every row of a list of OKX, the newest first, page by page. `id` is the field by which the venue's pages go on. Throws
 * UnreadableAnswer where there is no end to them.
 */
export async function readOkxPages(
  ask: Ask,
  { path, params, id }: { path: string; params: Raw; id: string },
): Promise<Raw[]> {
  const rows: Raw[] = []
  let from = {}
  for (let page = 0; page < mostPages; page++) {
    const asked = { ...params, ...from, limit: pageRows }
    const { body } = await ask({ api: 'private', method: 'GET', path, params: asked })
    const told = dataOf(body, path)
    rows.push(...told)
    const last = told.at(-1)
    if (last === undefined || told.length < pageRows) return rows
    from = { after: textIn(last, id) }
  }
  throw new UnreadableAnswer(`${path} must end within ${mostPages} pages of ${pageRows}`)
}
