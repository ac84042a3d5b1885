import { conform } from './conform.ts'
import { findDemo } from './demo-site.ts'
import { findSimulator } from './simulated-site.ts'

const paths = { order: 'POST /v5/order/create', klines: 'GET /v5/market/kline' }

conform({ id: 'bybit', start: findDemo('bybit') ?? findSimulator('bybit', paths) })
