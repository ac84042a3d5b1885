import { launch } from '../../launch.js'
await launch('actors/order')
