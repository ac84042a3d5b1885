import { setFlagsFromString } from 'node:v8'

// undici reads HTTP by one large function of WebAssembly. V8 optimises it after six answers, which takes as long as all else of
// an actor's start, and pays in a busy process alone: so it does after a thousand times as many.
setFlagsFromString('--wasm-tiering-budget=1800000000')
