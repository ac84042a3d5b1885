import { conform } from './conform.ts'
import { findDemo } from './demo-site.ts'
import { findSimulator } from './simulated-site.ts'

const paths = { order: 'POST /api/v5/trade/order', klines: 'GET /api/v5/market/candles' }

conform({ id: 'okx', start: findDemo('okx') ?? findSimulator('okx', paths) })
