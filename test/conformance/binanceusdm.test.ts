import { conform } from './conform.ts'
import { startSimulatedSite } from './simulated-site.ts'

conform({
  id: 'binanceusdm',
  start: () =>
    startSimulatedSite(
      { order: 'POST /fapi/v1/order', klines: 'GET /fapi/v1/klines' },
      '--weight-limit',
      '1000000',
    ),
})
