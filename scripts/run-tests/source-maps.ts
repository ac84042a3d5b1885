// In the processes that run tests alone: each program that they start would take longer to, and a pack has its own way.
process.setSourceMapsEnabled(true)
