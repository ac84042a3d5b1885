import { setFlagsFromString } from 'node:v8'
import { launch } from '../../launch.js'
// Every poll leaves some hundred kB of text behind, and V8 lets that pile up for minutes: 240 MB were seen. Growing in
// small steps it collects sooner, for a little CPU.
setFlagsFromString('--heap-growing-percent=20')
setFlagsFromString('--semi-space-growth-factor=1')
await launch('actors/kline')
