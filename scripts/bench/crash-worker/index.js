import { launch } from '../../../launch.js'
await launch('scripts/bench/crash-worker')
