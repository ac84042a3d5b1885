import { setFlagsFromString } from 'node:v8'

// In the processes that run tests alone: each program that they start would take longer to, and a pack has its own way.
process.setSourceMapsEnabled(true)
// As launch.js does for programs.
setFlagsFromString('--wasm-tiering-budget=1800000000')
