process.setSourceMapsEnabled(true)
await import('../dist/simulator/main.js').catch((error) => {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.url).endsWith('/dist/simulator/main.js'))
    throw error
  console.error('sluice simulator: not built yet, run: npm run build')
  process.exitCode = 2
})
