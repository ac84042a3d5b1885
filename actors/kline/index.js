import { setFlagsFromString } from 'node:v8'
import { launch } from '../../launch.js'
// Every poll leaves a few hundred kB of short-lived text behind. A young generation that may not grow is swept more
// often, in well under a ms, and keeps a process that runs for weeks some 30 MB smaller.
setFlagsFromString('--semi-space-growth-factor=1')
await launch('actors/kline')
