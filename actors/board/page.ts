import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { projectRoot } from '../../lib/hub/project-root.ts'

const files = [
  { path: '/', file: 'page.html', type: 'text/html; charset=utf-8' },
  { path: '/page.css', file: 'page.css', type: 'text/css; charset=utf-8' },
  { path: '/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
  { path: '/fill.js', file: 'fill.js', type: 'text/javascript; charset=utf-8' },
  { path: '/fill-alerts.js', file: 'fill-alerts.js', type: 'text/javascript; charset=utf-8' },
  { path: '/fill-account.js', file: 'fill-account.js', type: 'text/javascript; charset=utf-8' },
  { path: '/fill-switch.js', file: 'fill-switch.js', type: 'text/javascript; charset=utf-8' },
  { path: '/fill-paper.js', file: 'fill-paper.js', type: 'text/javascript; charset=utf-8' },
]

/** Serves the first page, whose files stand beside the sources. */
export function servePage(app: FastifyInstance): void {
  const folder = join(projectRoot(), 'actors', 'board', 'page')
  for (const { path, file, type } of files) {
    const body = readFileSync(join(folder, file))
    app.get(path, (_request, reply) => reply.type(type).header('cache-control', 'no-cache').send(body))
  }
}
