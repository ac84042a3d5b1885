import { launch } from '../../launch.js'
// Every poll leaves some hundred kB of text behind, and V8 lets that pile up for minutes: 240 MB were seen. Growing in
// small steps it collects sooner, for a little CPU.
await launch('actors/kline', ['--heap-growing-percent=20', '--semi-space-growth-factor=1'])
