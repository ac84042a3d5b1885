import { conform } from './conform.ts'
import { findDemo } from './demo-site.ts'
import { startSimulatedSite } from './simulated-site.ts'

const paths = { order: 'POST /fapi/v1/order', klines: 'GET /fapi/v1/klines' }

conform({
  id: 'binanceusdm',
  start: findDemo('binanceusdm') ?? (() => startSimulatedSite(paths, '--weight-limit', '1000000')),
})
