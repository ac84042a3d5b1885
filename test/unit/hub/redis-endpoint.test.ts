import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { findRedis, parseRedisUrl, redisFolder } from '../../../lib/hub/redis-endpoint.ts'
import { ConfigError } from '../../../lib/model/errors.ts'
import { withFolder } from '../../support/folder.ts'

describe('the Redis to use', () => {
  const folder = withFolder()
  const told = { host: '127.0.0.1', port: 7001, password: 'p', pid: 1 }

  it('is the one of REDIS_URL before the one that runs in this checkout', () => {
    mkdirSync(join(folder.path(), 'redis'))
    folder.write('redis/endpoint.json', JSON.stringify(told))
    const config = { dataDir: folder.path() }
    expect(redisFolder(config)).to.equal(join(folder.path(), 'redis'))
    expect(findRedis(config, {})).to.deep.equal({ host: '127.0.0.1', port: 7001, password: 'p' })
    expect(findRedis(config, { REDIS_URL: '' }).port).to.equal(7001)
    expect(findRedis(config, { REDIS_URL: 'redis://h:7002' }).port).to.equal(7002)
  })

  it('is asked for in a sentence when there is neither', () => {
    expect(() => findRedis({ dataDir: folder.path() }, {})).to.throw(ConfigError, './scripts/up')
  })

  it('is not guessed from an endpoint file that was spoilt', () => {
    mkdirSync(join(folder.path(), 'redis'))
    for (const text of ['', '{', '{"host":"127.0.0.1"}']) {
      folder.write('redis/endpoint.json', text)
      expect(() => findRedis({ dataDir: folder.path() }, {})).to.throw(ConfigError, 'endpoint.json')
    }
  })

  it('is read from a URL with user, password, database and TLS', () => {
    expect(parseRedisUrl('rediss://me:p%40ss@redis.example:6380/2')).to.deep.equal({
      host: 'redis.example',
      port: 6380,
      username: 'me',
      password: 'p@ss',
      db: 2,
      tls: true,
    })
    expect(parseRedisUrl('redis://:secret@[::1]')).to.deep.equal({
      host: '::1',
      port: 6379,
      password: 'secret',
      db: 0,
      tls: false,
    })
  })

  it('is refused in a sentence without the password when the URL is wrong', () => {
    for (const text of [
      'localhost',
      'http://:secret@h',
      'redis://:secret@h/x',
      'redis://:secret@h:port',
      'redis://:secret@h/-1',
    ]) {
      expect(() => parseRedisUrl(text))
        .to.throw(ConfigError, 'REDIS_URL must be like')
        .with.property('message')
        .that.does.not.contain('secret')
    }
  })
})
