// Loaded before a program (node --import): when it ends, what it used goes to file descriptor 3 as JSON.
import {writeSync} from 'node:fs'

process.on('exit', () => {
  const {userCPUTime, systemCPUTime, maxRSS} = process.resourceUsage()
  writeSync(
    3,
    JSON.stringify({cpuMs: (userCPUTime + systemCPUTime) / 1000, rssMb: Math.round(maxRSS / 1024)}),
  )
})
