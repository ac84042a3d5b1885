import { expect } from 'chai'
import { raiseAlert } from '../../lib/alert/alerts.ts'
import { withAlertSystems } from '../support/alert-system.ts'
import { errorOf } from '../support/alerts.ts'
import { startCaptureServer } from '../support/capture-server.ts'
import type { Outage } from '../support/lark-server.ts'
import { runProgram } from '../support/run-program.ts'
import { until } from '../support/until.ts'

describe('the alert actor', function () {
  this.timeout(120_000)
  const open = withAlertSystems()

  it('tells no secret to a log, to Redis or to a channel, whatever goes wrong', async () => {
    const server = await startCaptureServer()
    const system = await open({
      SLUICE_ALERT_CHANNELS: 'lark,lark-webhook,telegram,slack,webhook,console',
      SLUICE_ALERT_WINDOW_MS: '300',
      SLUICE_LOG_LEVEL: 'trace',
      SLUICE_TELEGRAM_TOKEN: '987654321:telegram-token-a0b1c2d3e4f5a6b7c8d9',
      SLUICE_TELEGRAM_CHAT_ID: '42',
      SLUICE_BOARD_PASSWORD: 'board-password-1c2d3e',
      SLUICE_TELEGRAM_URL: server.url,
      SLUICE_SLACK_WEBHOOK: `${server.url}/services/slack-hook-5d41402a`,
      SLUICE_ALERT_WEBHOOK: `${server.url}/own/alert-hook-7d793037`,
    })
    const { hub, lark, environment } = system
    try {
      const secrets = [
        lark.credentials.appSecret,
        lark.credentials.signSecret,
        lark.credentials.hook,
        'telegram-token-a0b1c2d3e4f5a6b7c8d9',
        'slack-hook-5d41402a',
        'alert-hook-7d793037',
        'board-password-1c2d3e',
        hub.endpoint.password ?? 'none',
      ]
      const all = secrets.join(' and ')
      server.usual = { ok: true }
      await system.start()
      await raiseAlert(hub, { ...errorOf(`of ${all}`), text: `it is ${all}` })
      await until(
        'all are told',
        async () => lark.messages.length >= 2 && server.requests.length >= 3,
        20_000,
      )
      // Servers that repeat what they know, with every status there is, and Larks that are away in every way.
      for (const status of [400, 302, 500, 429, 401])
        for (let i = 0; i < 3; i++) server.answers.push({ status, body: `no ${all}` })
      const refuse = async (status: number) => {
        const before = lark.counts.refused
        lark.answer = { status, body: { code: 9499, msg: `no ${all}` } }
        await raiseAlert(hub, errorOf(`n${status}`))
        await until(`refused with ${status}`, async () => lark.counts.refused >= before + 2, 20_000)
        lark.answer = undefined
      }
      for (const status of [200, 400, 500, 429]) await refuse(status)
      for (const how of ['gone', 'broken', 'silent'] satisfies Outage[]) {
        await lark.fail(how)
        await raiseAlert(hub, errorOf(how))
        const before = system.logs().length
        await until('something is logged', async () => system.logs().length > before, 10_000)
        await lark.recover()
      }
      await refuse(401)
      lark.answer = { status: 500, body: `no ${secrets.slice(0, -1).join(' and ')}` }
      server.answers.splice(0)
      const cli = await runProgram('scripts/sluice.js', ['alert', 'test'], environment)
      const shown = await runProgram('scripts/sluice.js', ['show-config'], environment)
      expect([cli.code, shown.code]).to.deep.equal([1, 0])
      const places: Record<string, string> = {
        logs: system.logs(),
        Redis: await system.written(),
        Lark: lark.messages.map(({ text }) => text).join('\n'),
        webhooks: server.requests.map(({ body }) => JSON.stringify(body)).join('\n'),
        'sluice alert test': cli.stdout + cli.stderr,
        'sluice show-config': shown.stdout + shown.stderr,
      }
      expect(places['Redis']).to.contain('something about')
      expect(places['logs']).to.contain('no [hidden]')
      for (const [place, text] of Object.entries(places))
        for (const secret of secrets) expect(text.includes(secret), `${secret} in ${place}`).to.equal(false)
    } finally {
      await server.close()
    }
  })
})
