import { launch } from '../../launch.js'
await launch('scripts/run-tests')
