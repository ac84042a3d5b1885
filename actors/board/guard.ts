import fastifyBasicAuth from '@fastify/basic-auth'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Login } from './login.ts'

// Nothing from outside: bull-board's page links a web font, and where packets to it are dropped rather than refused
// the browser would wait for it and show nothing meanwhile.
const headers = {
  'content-security-policy': [
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

const reading = new Set(['GET', 'HEAD'])

/** Puts the login before every request, and refuses what would change something unless actions are allowed. */
export async function guard(app: FastifyInstance, login: Login, allowActions: boolean): Promise<void> {
  await app.register(fastifyBasicAuth, {
    authenticate: { realm: 'sluice' },
    validate: (user, password, _request, _reply, done) => {
      done(
        login.matches(user, password)
          ? undefined
          : new Error('expected the login that the board printed at its start'),
      )
    },
  })
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers)
  })
  app.addHook('onRequest', app.basicAuth)
  app.addHook('onRequest', (request, reply, done) => {
    const refusal = refusalOf(request, allowActions)
    if (refusal === undefined) done()
    else void reply.code(403).send({ error: refusal })
  })
}

function refusalOf(request: FastifyRequest, allowActions: boolean): string | undefined {
  if (reading.has(request.method)) return undefined
  if (!allowActions) return 'read-only: start the board with --allow-actions'
  return isFromHere(request) ? undefined : 'expected a request of the board itself'
}

// A browser sends the login along with requests that other sites make, so those must be told apart.
function isFromHere(request: FastifyRequest): boolean {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`
}
