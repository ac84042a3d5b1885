const { setFlagsFromString } = require('node:v8')

// What the programs use of Node.js comes first, as in launch.js.
for (const name of ['assert', 'child_process', 'crypto', 'fs/promises', 'http2', 'https', 'module'])
  require(name)
for (const name of ['perf_hooks', 'timers/promises', 'util/types', 'worker_threads', 'zlib']) require(name)
// The programs of tests live for seconds. V8 optimises what is busy in an actor's first half minute, which pays after it: an
// eighth of what the tests compute. After 32 times as much it does, too.
setFlagsFromString('--interrupt-budget=2200000')
